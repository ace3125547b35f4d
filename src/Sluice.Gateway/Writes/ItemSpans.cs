using System.Buffers;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Where the items of an encoded body stand in it, and the rows that each is for: so that a part of them can be sent again after CDF has refused
/// the whole.
/// </summary>
/// <param name="start">Where the first item begins.</param>
/// <param name="separator">Bytes between two items: the comma of JSON, or none.</param>
public sealed class ItemSpans(int start, int separator)
{
    private readonly List<int> _ends = [];
    private readonly List<long> _origins = [];
    private readonly List<int> _rows = [];
    private readonly List<long> _allOrigins = [];
    private readonly List<int> _allEnds = [];

    /// <summary>Where the first item begins.</summary>
    public int Start => start;

    /// <summary>Bytes between two items.</summary>
    public int Separator => separator;

    /// <summary>How many items there are.</summary>
    public int Count => _ends.Count;

    /// <summary>Adds an item that ends before <paramref name="end"/>.</summary>
    /// <param name="end">Offset in the body.</param>
    /// <param name="origin">The origin of its row, or of the first of its rows.</param>
    /// <param name="rows">How many rows it stands for.</param>
    public void Add(int end, long origin, int rows = 1)
    {
        _ends.Add(end);
        _origins.Add(origin);
        _rows.Add(rows);
        _allEnds.Add(_allOrigins.Count);
    }

    /// <summary>Offset after the item.</summary>
    public int EndOf(int item) => _ends[item];

    /// <summary>The origin of the item's row, or of the first of its rows.</summary>
    public long OriginOf(int item) => _origins[item];

    /// <summary>Notes a row of the item that is added next, where it is of several.</summary>
    public void Note(long origin) => _allOrigins.Add(origin);

    /// <summary>The origins of the item's rows, as far as they were noted; at least that of the first.</summary>
    public IEnumerable<long> OriginsOf(int item)
    {
        var from = item == 0 ? 0 : _allEnds[item - 1];
        return _allEnds[item] > from ? _allOrigins[from.._allEnds[item]] : [_origins[item]];
    }

    /// <summary>How many rows the item stands for.</summary>
    public int RowsOf(int item) => _rows[item];

    /// <summary>The item whose row is <paramref name="origin"/>, or -1.</summary>
    public int IndexOf(long origin)
    {
        // Rows mostly stand in their order.
        var index = _origins.BinarySearch(origin);
        return index >= 0 ? index : _origins.IndexOf(origin);
    }

    /// <summary>The item's bytes.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> body, int item) =>
        body[(item == 0 ? start : _ends[item - 1] + separator).._ends[item]];

    /// <summary>Writes the body with only <paramref name="items"/> in it.</summary>
    public void WritePart(ReadOnlySpan<byte> body, IReadOnlyList<int> items, IBufferWriter<byte> output)
    {
        output.Write(body[..start]);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0 && separator > 0)
            {
                output.Write(","u8);
            }

            output.Write(Of(body, items[i]));
        }

        output.Write(body[_ends[^1]..]);
    }
}
