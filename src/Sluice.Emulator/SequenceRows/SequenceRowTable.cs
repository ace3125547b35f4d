using Sluice.Emulator.Resources;

namespace Sluice.Emulator.SequenceRows;

/// <summary>The rows of one sequence by their number. The project's gate must be held.</summary>
internal sealed class SequenceRowTable
{
    private readonly Dictionary<long, SequenceRow> _rows = [];
    private readonly SortedIndex<long> _order = new(Comparer<long>.Default);

    /// <summary>Sets one cell, or clears it with null; other cells of the row stay.</summary>
    public void Put(long number, long columnId, object? value)
    {
        if (!_rows.TryGetValue(number, out var row))
        {
            _rows.Add(number, row = new SequenceRow(number, []));
            _order.Add(number);
        }

        if (value is null)
        {
            row.Values.Remove(columnId);
        }
        else
        {
            row.Values[columnId] = value;
        }
    }

    public void Remove(long number)
    {
        if (_rows.Remove(number))
        {
            _order.Removed(_rows.ContainsKey);
        }
    }

    /// <summary>The rows from this number on, in the order of numbers.</summary>
    public IEnumerable<SequenceRow> From(long number)
    {
        // A row that was deleted and written again is in the index twice.
        var last = -1L;
        foreach (var next in _order.After(number - 1))
        {
            if (next != last && _rows.TryGetValue(next, out var row))
            {
                last = next;
                yield return row;
            }
        }
    }
}
