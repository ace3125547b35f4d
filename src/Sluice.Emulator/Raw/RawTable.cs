using System.Text.Json;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Raw;

/// <summary>A row: its columns as the JSON object that was sent.</summary>
internal sealed record RawRow(string Key, byte[] Columns, long LastUpdatedTime);

/// <summary>A table of rows by key. Lock the object while using it.</summary>
internal sealed class RawTable(string name, long createdTime)
{
    private readonly Dictionary<string, RawRow> _rows = new(StringComparer.Ordinal);
    private readonly SortedIndex<string> _order = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public long CreatedTime { get; } = createdTime;

    public RawRow? Find(string key) => _rows.GetValueOrDefault(key);

    /// <summary>Replaces all columns of the row; its time moves only if they differ.</summary>
    public void Put(string key, byte[] columns, long now)
    {
        if (_rows.TryGetValue(key, out var old))
        {
            if (!AreEqual(old.Columns, columns))
            {
                _rows[key] = new RawRow(key, columns, now);
            }
        }
        else
        {
            _rows.Add(key, new RawRow(key, columns, now));
            _order.Add(key);
        }
    }

    public void Remove(string key)
    {
        if (_rows.Remove(key))
        {
            _order.Removed(_rows.ContainsKey);
        }
    }

    /// <summary>The rows with keys above this one, in the order of keys.</summary>
    public IEnumerable<RawRow> After(string key)
    {
        // A key that was deleted and written again is in the index twice.
        string? last = null;
        foreach (var next in _order.After(key))
        {
            if (next != last && _rows.TryGetValue(next, out var row))
            {
                last = next;
                yield return row;
            }
        }
    }

    private static bool AreEqual(byte[] left, byte[] right)
    {
        if (left.AsSpan().SequenceEqual(right))
        {
            return true;
        }

        using var a = JsonDocument.Parse(left);
        using var b = JsonDocument.Parse(right);
        return JsonElement.DeepEquals(a.RootElement, b.RootElement);
    }
}
