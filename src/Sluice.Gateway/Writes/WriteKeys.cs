using System.Globalization;
using System.Text;
using Sluice.Cdf.Errors;

namespace Sluice.Gateway.Writes;

/// <summary>The keys that a request writes, with the row of each, so that an error or an unknown outcome can name them.</summary>
public sealed class WriteKeys(string column)
{
    // Most errors name a key or two; a batch of which all exist names all.
    private const int SearchesWithoutIndex = 8;

    private readonly List<int> _ends = [];
    private readonly List<long> _ids = [];
    private readonly List<long> _origins = [];
    private Dictionary<string, long>? _byName;
    private int _searches;
    private byte[] _bytes = [];

    /// <summary>The column that holds the keys.</summary>
    public string Column { get; } = column;

    /// <summary>How many there are.</summary>
    public int Count => _origins.Count;

    /// <summary>Adds a key of text, in UTF-8, that came first in row <paramref name="origin"/>.</summary>
    public void Add(ReadOnlySpan<byte> key, long origin)
    {
        var start = _ends.Count == 0 ? 0 : _ends[^1];
        var end = start + key.Length;
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(end, Math.Max(1024, _bytes.Length * 2)));
        }

        key.CopyTo(_bytes.AsSpan(start));
        _ends.Add(end);
        _origins.Add(origin);
    }

    /// <summary>Adds an internal id that came first in row <paramref name="origin"/>.</summary>
    public void Add(long id, long origin)
    {
        _ids.Add(id);
        _origins.Add(origin);
    }

    /// <summary>The first <paramref name="limit"/> keys as a person reads them.</summary>
    public IEnumerable<string> Names(int limit = int.MaxValue) => Enumerable.Range(0, Math.Min(limit, Count)).Select(NameOf);

    /// <summary>The keys as CDF is asked for them.</summary>
    public IEnumerable<CdfIdentity> Identities() => _ids.Count > 0
        ? _ids.Select(id => new CdfIdentity(Id: id))
        : Names().Select(name => new CdfIdentity(ExternalId: name));

    /// <summary>The row in which a key that CDF names came first, or <see langword="null"/> if the request has no such key.</summary>
    public long? OriginOf(CdfIdentity identity)
    {
        if (_ids.Count > 0)
        {
            var index = identity.Id is { } id ? _ids.IndexOf(id) : -1;
            return index < 0 ? null : _origins[index];
        }

        var name = identity.ExternalId ?? identity.Name;
        if (name is null)
        {
            return null;
        }

        if (Interlocked.Increment(ref _searches) <= SearchesWithoutIndex)
        {
            var key = Encoding.UTF8.GetBytes(name);
            for (var i = 0; i < Count; i++)
            {
                if (BytesOf(i).SequenceEqual(key))
                {
                    return _origins[i];
                }
            }

            return null;
        }

        _byName ??= Names().Select((key, index) => (key, index)).DistinctBy(pair => pair.key, StringComparer.Ordinal)
            .ToDictionary(pair => pair.key, pair => _origins[pair.index], StringComparer.Ordinal);
        return _byName.TryGetValue(name, out var origin) ? origin : null;
    }

    /// <summary>The key of the row <paramref name="origin"/>, or <see langword="null"/> if it has none.</summary>
    public string? NameAt(long origin) => _origins.IndexOf(origin) is >= 0 and var index ? NameOf(index) : null;

    private ReadOnlySpan<byte> BytesOf(int index) => _bytes.AsSpan((index == 0 ? 0 : _ends[index - 1])..(_ends[index]));

    private string NameOf(int index) =>
        _ids.Count > 0 ? _ids[index].ToString(CultureInfo.InvariantCulture) : Encoding.UTF8.GetString(BytesOf(index));
}
