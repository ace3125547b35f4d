using System.Runtime.InteropServices;

namespace Sluice.Gateway.Writes;

/// <summary>Rows of a batch that are of one sequence and have the same columns; of those with one number the last.</summary>
/// <param name="byId">The sequence is named by its internal id.</param>
/// <param name="key">The sequence's key, and after it what tells its columns.</param>
/// <param name="keyLength">Bytes of the sequence's key.</param>
/// <param name="columns">External ids of the columns.</param>
internal sealed class SequenceRowGroup(bool byId, byte[] key, int keyLength, string[] columns)
{
    private readonly Dictionary<long, int> _byNumber = [];
    private readonly List<(int Row, int Count)> _rows = [];

    public bool ById => byId;

    /// <summary>The sequence's internal id, if it is named so.</summary>
    public long Id => MemoryMarshal.Read<long>(key);

    /// <summary>The sequence's key: its external id in UTF-8, or its internal id.</summary>
    public ReadOnlySpan<byte> Key => key.AsSpan(0, keyLength);

    public IReadOnlyList<string> Columns => columns;

    /// <summary>The rows to send, each with how many rows of the statement it stands for.</summary>
    public IReadOnlyList<(int Row, int Count)> Rows => _rows;

    public bool Is(ReadOnlySpan<byte> other, int otherKeyLength) => keyLength == otherKeyLength && other.SequenceEqual(key);

    /// <summary>Whether a row with this number is there.</summary>
    public bool Has(long number) => _byNumber.ContainsKey(number);

    /// <summary>Adds a row; returns the earlier one with its number, whose place it takes, or -1.</summary>
    public int Add(long number, int row)
    {
        if (_byNumber.TryGetValue(number, out var index))
        {
            var (replaced, count) = _rows[index];
            _rows[index] = (row, count + 1);
            return replaced;
        }

        _byNumber.Add(number, _rows.Count);
        _rows.Add((row, 1));
        return -1;
    }
}
