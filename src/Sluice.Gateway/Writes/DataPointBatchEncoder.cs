using System.Runtime.InteropServices;
using Sluice.Cdf.DataPoints;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Data points: rows are grouped by their series without a string or object per row, two points of one series and millisecond become the later
/// one, and the series fill requests up to CDF's limits.
/// </summary>
internal sealed class DataPointBatchEncoder : BatchEncoder
{
    private const string ExternalIdColumn = "external_id";
    private const string IdColumn = "id";

    private readonly KeyTable _series = new();
    private readonly Dictionary<ulong, long> _lastTimes = [];
    private readonly string _scope;
    private readonly int _value;
    private readonly int _timestamp;
    private readonly int _externalId;
    private readonly int _id;
    private readonly bool _isString;
    private int[] _ordinals = [];
    private int[] _rows = [];
    private int[] _sorted = [];
    private int[] _starts = [];
    private long _collapsed;

    public DataPointBatchEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _scope = Scope("datapoints");
        _value = plan.IndexOf("value");
        _timestamp = plan.IndexOf("timestamp");
        _externalId = plan.IndexOf(ExternalIdColumn);
        _id = plan.IndexOf(IdColumn);
        _isString = plan.Table.Kind == TableKind.StringDatapoints;
    }

    public override int BatchRows => DataPointsApi.MaxPointsPerInsert;

    public override IEnumerable<PgError> Notices()
    {
        if (_collapsed > 0)
        {
            yield return new PgError
            {
                Severity = PgSeverity.Notice,
                SqlState = SqlState.SuccessfulCompletion,
                Message = $"{_collapsed} {(_collapsed == 1 ? "data point" : "data points")} had the series and millisecond of a later row and gave way to it",
                Hint = "CDF keeps milliseconds. SET sluice.sub_millisecond = error refuses points that differ only below.",
            };
        }
    }

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        CheckTimes(batch);
        CheckValues(batch);
        Reserve(batch.Count);
        var ids = _id < 0 || batch.Columns[_id].NullCount == batch.Count ? null : (FixedColumn<long>)batch.Columns[_id];
        var externalIds = _externalId < 0 ? null : (VariableColumn)batch.Columns[_externalId];

        // An id and an external id may name one series, so rows with the one are never sent ahead of earlier rows with the other (rules.md O2).
        for (var next = 0; next < batch.Count;)
        {
            var rows = SelectRun(next, batch.Count, ids, out var withId);
            if (withId)
            {
                EncodeSeries(batch, rows, new IdKeys(ids!), KeyKind.Id, requests);
            }
            else
            {
                EncodeSeries(batch, rows, new TextKeys(externalIds!), KeyKind.ExternalId, requests);
            }

            next += rows.Length;
        }
    }

    private void Reserve(int rows)
    {
        if (_rows.Length < rows)
        {
            _rows = new int[rows];
            _sorted = new int[rows];
            _ordinals = new int[rows];
        }
    }

    /// <summary>The rows from <paramref name="first"/> on that name their series in the same way as that one, by id or not.</summary>
    private ReadOnlySpan<int> SelectRun(int first, int count, FixedColumn<long>? ids, out bool withId)
    {
        withId = HasId(first, ids);
        var row = first;
        while (row < count && HasId(row, ids) == withId)
        {
            _rows[row - first] = row++;
        }

        return _rows.AsSpan(0, row - first);
    }

    private static bool HasId(int row, FixedColumn<long>? ids) => ids is not null && !ids.IsNull(row);

    private void CheckTimes(RowBatch batch)
    {
        var times = ((FixedColumn<long>)batch.Columns[_timestamp]).Values;
        for (var row = 0; row < times.Length; row++)
        {
            if ((ulong)(times[row] - PgTime.MinDataPoint) > PgTime.MaxDataPoint - PgTime.MinDataPoint)
            {
                throw Errors.At(
                    batch, row, _timestamp, SqlState.DatetimeFieldOverflow, "timestamp out of range for a data point", hint: "CDF takes the years 1900 to 2099.");
            }
        }
    }

    private void CheckValues(RowBatch batch)
    {
        if (_isString)
        {
            CheckStrings(batch);
            return;
        }

        if (Context.Settings.BadValues == BadValues.Status)
        {
            return;
        }

        var values = ((FixedColumn<double>)batch.Columns[_value]).Values;
        for (var row = 0; row < values.Length; row++)
        {
            if (IsBad(values[row]))
            {
                throw Errors.At(
                    batch,
                    row,
                    _value,
                    SqlState.NumericValueOutOfRange,
                    "value out of range for a data point",
                    hint: "CDF takes numbers between -1e100 and 1e100. SET sluice.bad_values = status stores the others with status Bad.");
            }
        }
    }

    private void CheckStrings(RowBatch batch)
    {
        var values = (VariableColumn)batch.Columns[_value];
        var limit = Plan.Columns[_value].Limits.MaxBytes ?? DataPointsApi.MaxStringBytes;
        for (var row = 0; row < batch.Count; row++)
        {
            if (values[row].Length > limit)
            {
                throw Errors.TooLong(batch, row, _value, $"{values[row].Length} bytes, CDF takes {limit}");
            }
        }
    }

    // NaN compares as neither.
    private static bool IsBad(double value) => !(Math.Abs(value) < DataPointsApi.MaxValue);

    private void EncodeSeries<TKeys>(RowBatch batch, ReadOnlySpan<int> rows, TKeys keys, KeyKind kind, List<EncodedWrite> requests)
        where TKeys : IKeySource
    {
        if (rows.IsEmpty)
        {
            return;
        }

        Number(rows, keys);
        SortBySeries(rows);
        var times = ((FixedColumn<long>)batch.Columns[_timestamp]).Values;
        var request = new DataPointRequest(Plan, kind, kind == KeyKind.Id ? IdColumn : ExternalIdColumn, _series.Count);
        try
        {
            for (var series = 0; series < _series.Count; series++)
            {
                var all = _sorted.AsSpan(_starts[series].._starts[series + 1]);
                var points = IsAscending(all, times) ? all : Collapse(batch, all);
                var replaced = all.Length - points.Length;
                CheckAgainstEarlier(batch, series, points, times);
                while (!points.IsEmpty)
                {
                    if (request.IsFull(Context.Limits.MaxBodyBytes))
                    {
                        requests.Add(request.Close(_scope));
                        request = new DataPointRequest(Plan, kind, request.Keys.Column, _series.Count - series);
                    }

                    request.Begin(_series.HashOf(series), keys.KeyOf(points[0]), batch.OriginOf(points[0]), times[points[0]], replaced);
                    replaced = 0;
                    do
                    {
                        var part = points[..Math.Min(points.Length, request.Room(_isString))];
                        AppendPoints(request.Encoder, batch, part, times);
                        NoteRows(request, batch, part);
                        request.Appended(part.Length, times[part[^1]]);
                        points = points[part.Length..];
                    }
                    while (!points.IsEmpty && !request.IsFull(Context.Limits.MaxBodyBytes));

                    request.End();
                }
            }

            requests.Add(request.Close(_scope));
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private void NoteRows(DataPointRequest request, RowBatch batch, ReadOnlySpan<int> rows)
    {
        if (Context.Settings.OnError == OnError.Skip)
        {
            foreach (var row in rows)
            {
                request.Note(batch.OriginOf(row));
            }
        }
    }

    private void Number<TKeys>(ReadOnlySpan<int> rows, TKeys keys)
        where TKeys : IKeySource
    {
        _series.Clear();
        ReadOnlySpan<byte> previous = default;
        var ordinal = -1;
        foreach (var row in rows)
        {
            var key = keys.KeyOf(row);
            if (ordinal < 0 || !key.SequenceEqual(previous))
            {
                ordinal = _series.Add(key, row, keys);
                previous = key;
            }

            _ordinals[row] = ordinal;
        }
    }

    /// <summary>A counting sort: the rows of each series together, in their order.</summary>
    private void SortBySeries(ReadOnlySpan<int> rows)
    {
        var count = _series.Count;
        if (_starts.Length < count + 1)
        {
            _starts = new int[Math.Max(count + 1, _starts.Length * 2)];
        }

        var starts = _starts.AsSpan(0, count + 1);
        starts.Clear();
        foreach (var row in rows)
        {
            starts[_ordinals[row] + 1]++;
        }

        for (var i = 1; i <= count; i++)
        {
            starts[i] += starts[i - 1];
        }

        foreach (var row in rows)
        {
            _sorted[starts[_ordinals[row]]++] = row;
        }

        // Each start has moved to its end, which is the next one's start.
        for (var i = count; i > 0; i--)
        {
            starts[i] = starts[i - 1];
        }

        starts[0] = 0;
    }

    private static bool IsAscending(ReadOnlySpan<int> rows, ReadOnlySpan<long> times)
    {
        var previous = long.MinValue;
        foreach (var row in rows)
        {
            var time = PgTime.ToMilliseconds(times[row]);
            if (time <= previous)
            {
                return false;
            }

            previous = time;
        }

        return true;
    }

    /// <summary>Sorts one series by time; of several rows in one millisecond the last one stays.</summary>
    private Span<int> Collapse(RowBatch batch, Span<int> rows)
    {
        var times = (FixedColumn<long>)batch.Columns[_timestamp];
        rows.Sort((a, b) =>
        {
            var order = PgTime.ToMilliseconds(times.Values[a]).CompareTo(PgTime.ToMilliseconds(times.Values[b]));
            return order != 0 ? order : a.CompareTo(b);
        });
        var kept = 0;
        for (var i = 1; i < rows.Length; i++)
        {
            var (first, second) = (times.Values[rows[kept]], times.Values[rows[i]]);
            if (PgTime.ToMilliseconds(first) != PgTime.ToMilliseconds(second))
            {
                kept++;
            }
            else
            {
                RequireSameTime(batch, rows[i], first, second);
                NoteReplaced(batch, rows[kept], by: rows[i]);
                _collapsed++;
            }

            rows[kept] = rows[i];
        }

        return rows[..(kept + 1)];
    }

    /// <summary>
    /// Rows mostly come in the order of time, so a point that has the millisecond of one in an earlier batch is mostly the first of its series.
    /// The later request waits for the earlier one, so the later row wins here, too.
    /// </summary>
    private void CheckAgainstEarlier(RowBatch batch, int series, ReadOnlySpan<int> points, ReadOnlySpan<long> times)
    {
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_lastTimes, _series.HashOf(series), out var isKnown);
        if (isKnown && PgTime.ToMilliseconds(last) == PgTime.ToMilliseconds(times[points[0]]))
        {
            RequireSameTime(batch, points[0], last, times[points[0]]);
            _collapsed++;
        }

        last = times[points[^1]];
    }

    private void RequireSameTime(RowBatch batch, int row, long first, long second)
    {
        if (first != second && Context.Settings.SubMillisecond == SubMillisecond.Error)
        {
            throw Errors.At(
                batch, row, _timestamp, SqlState.DatetimeFieldOverflow, "two data points of one series in one millisecond", hint: "CDF keeps milliseconds.");
        }
    }

    private void AppendPoints(DataPointEncoder encoder, RowBatch batch, ReadOnlySpan<int> rows, ReadOnlySpan<long> times)
    {
        if (_isString)
        {
            var strings = (VariableColumn)batch.Columns[_value];
            foreach (var row in rows)
            {
                encoder.AppendString(PgTime.ToMilliseconds(times[row]), strings[row]);
            }

            return;
        }

        var values = ((FixedColumn<double>)batch.Columns[_value]).Values;
        if (Context.Settings.BadValues == BadValues.Error)
        {
            encoder.AppendNumeric<MicrosecondsSince2000>(rows, times, values);
            return;
        }

        foreach (var row in rows)
        {
            var status = IsBad(values[row]) ? DataPointStatus.Bad : DataPointStatus.Good;
            encoder.AppendNumeric(PgTime.ToMilliseconds(times[row]), values[row], status);
        }
    }

    private readonly struct IdKeys(FixedColumn<long> column) : IKeySource
    {
        public ReadOnlySpan<byte> KeyOf(int row) => MemoryMarshal.AsBytes(column.Values.Slice(row, 1));
    }
}
