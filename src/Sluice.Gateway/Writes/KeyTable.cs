using System.Numerics;

namespace Sluice.Gateway.Writes;

/// <summary>Where a <see cref="KeyTable"/> finds the bytes of the keys that it has numbered.</summary>
internal interface IKeySource
{
    /// <summary>The key of <paramref name="row"/>.</summary>
    ReadOnlySpan<byte> KeyOf(int row);
}

/// <summary>
/// Numbers distinct keys of a batch in the order of their first appearance. Keys stay where they are: the table holds hashes and rows, so no
/// string is made. Kept between batches and cleared.
/// </summary>
internal sealed class KeyTable
{
    private ulong[] _hashes = new ulong[256];
    private int[] _firstRows = new int[256];
    private int[] _slots = new int[1024];

    /// <summary>How many distinct keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The hash of key <paramref name="ordinal"/>.</summary>
    public ulong HashOf(int ordinal) => _hashes[ordinal];

    /// <summary>The row in which key <paramref name="ordinal"/> came first.</summary>
    public int FirstRowOf(int ordinal) => _firstRows[ordinal];

    /// <summary>Forgets all keys and keeps the memory.</summary>
    public void Clear()
    {
        Count = 0;
        Array.Clear(_slots);
    }

    /// <summary>The ordinal of <paramref name="key"/>, which stands in <paramref name="row"/> of <paramref name="source"/>; a new one if it is new.</summary>
    public int Add<TSource>(ReadOnlySpan<byte> key, int row, TSource source)
        where TSource : IKeySource => Add(KeyHash.Of(key), key, row, source);

    /// <inheritdoc cref="Add{TSource}(ReadOnlySpan{byte}, int, TSource)"/>
    public int Add<TSource>(ulong hash, ReadOnlySpan<byte> key, int row, TSource source)
        where TSource : IKeySource
    {
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        while (true)
        {
            var ordinal = _slots[slot] - 1;
            if (ordinal < 0)
            {
                return Insert(hash, row, slot);
            }

            if (_hashes[ordinal] == hash && source.KeyOf(_firstRows[ordinal]).SequenceEqual(key))
            {
                return ordinal;
            }

            slot = (slot + 1) & mask;
        }
    }

    /// <summary>Whether <paramref name="key"/> has been added, and the row in which it came first.</summary>
    public bool TryFind<TSource>(ReadOnlySpan<byte> key, TSource source, out int firstRow)
        where TSource : IKeySource
    {
        var hash = KeyHash.Of(key);
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; _slots[slot] > 0; slot = (slot + 1) & mask)
        {
            var ordinal = _slots[slot] - 1;
            if (_hashes[ordinal] == hash && source.KeyOf(_firstRows[ordinal]).SequenceEqual(key))
            {
                firstRow = _firstRows[ordinal];
                return true;
            }
        }

        firstRow = -1;
        return false;
    }

    private int Insert(ulong hash, int row, int slot)
    {
        var ordinal = Count++;
        if (ordinal == _hashes.Length)
        {
            Array.Resize(ref _hashes, ordinal * 2);
            Array.Resize(ref _firstRows, ordinal * 2);
        }

        _hashes[ordinal] = hash;
        _firstRows[ordinal] = row;
        if (Count * 2 > _slots.Length)
        {
            Rehash();
        }
        else
        {
            _slots[slot] = ordinal + 1;
        }

        return ordinal;
    }

    private void Rehash()
    {
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)Count * 4)];
        var mask = _slots.Length - 1;
        for (var ordinal = 0; ordinal < Count; ordinal++)
        {
            var slot = (int)_hashes[ordinal] & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = ordinal + 1;
        }
    }
}
