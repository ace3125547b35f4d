using System.Runtime.InteropServices;
using Sluice.Cdf.DataPoints;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>A request of data points that is being filled, with the keys and times that it claims.</summary>
internal sealed class DataPointRequest : IDisposable
{
    private readonly WritePlan _plan;
    private readonly KeyKind _kind;
    private readonly ItemSpans _items = new(start: 0, separator: 0);
    private long _origin;
    private int _seriesRows;
    private readonly PooledBuffer _body = new(64 * 1024);
    private readonly List<ulong> _hashes;
    private readonly List<long> _from;
    private readonly List<long> _to;

    public DataPointRequest(WritePlan plan, KeyKind kind, string keyColumn, int series)
    {
        _plan = plan;
        _kind = kind;
        Keys = new WriteKeys(keyColumn);
        Encoder = new DataPointEncoder(_body);
        series = Math.Min(series, DataPointsApi.MaxSeriesPerInsert);
        _hashes = new List<ulong>(series);
        _from = new List<long>(series);
        _to = new List<long>(series);
    }

    public DataPointEncoder Encoder { get; }

    public WriteKeys Keys { get; }

    public int Rows { get; private set; }

    public bool IsFull(int maxBodyBytes) => Encoder.Points >= DataPointsApi.MaxPointsPerInsert
        || Encoder.Series >= DataPointsApi.MaxSeriesPerInsert || _body.Length >= maxBodyBytes;

    /// <summary>How many points may be added before <see cref="IsFull"/> must be asked again: strings may be long.</summary>
    public int Room(bool strings) => Math.Min(DataPointsApi.MaxPointsPerInsert - Encoder.Points, strings ? 1_000 : int.MaxValue);

    /// <summary>The row of a point, for those who want to know them all.</summary>
    public void Note(long origin) => _items.Note(origin);

    public void Appended(int points, long lastTime)
    {
        _seriesRows += points;
        _to[^1] = PgTime.ToMilliseconds(lastTime);
    }

    /// <summary>Ends the series that was begun.</summary>
    public void End()
    {
        Encoder.EndSeries();
        _items.Add(_body.Length, _origin, _seriesRows);
        Rows += _seriesRows;
    }

    /// <summary>Begins a series; <paramref name="replaced"/> rows of it gave way to others.</summary>
    public void Begin(ulong hash, ReadOnlySpan<byte> key, long origin, long firstTime, int replaced)
    {
        _origin = origin;
        _seriesRows = replaced;
        _hashes.Add(hash);
        _from.Add(PgTime.ToMilliseconds(firstTime));
        _to.Add(PgTime.ToMilliseconds(firstTime));
        if (_kind == KeyKind.Id)
        {
            var id = MemoryMarshal.Read<long>(key);
            Keys.Add(id, origin);
            Encoder.BeginSeries(id);
        }
        else
        {
            Keys.Add(key, origin);
            Encoder.BeginSeries(key);
        }
    }

    /// <summary>Ends the request.</summary>
    public EncodedWrite Close(string scope) => new(_body)
    {
        Plan = _plan,
        Items = _items,
        Request = DataPointsApi.Insert(_body.WrittenMemory),
        Rows = Rows,
        Claim = new FenceClaim(scope, _kind, [.. _hashes], [.. _from], [.. _to]),
        Keys = Keys,
    };

    public void Dispose() => _body.Dispose();
}
