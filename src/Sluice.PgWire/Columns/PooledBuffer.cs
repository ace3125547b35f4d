using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sluice.PgWire.Columns;

/// <summary>A list in an array from the shared pool. A mutable struct: keep it in a field, never copy it.</summary>
internal struct PooledBuffer<T>
    where T : unmanaged
{
    private const int FirstLength = 256;

    private T[] _items;

    public PooledBuffer() => _items = [];

    public int Count { readonly get; set; }

    public readonly ReadOnlySpan<T> Items => _items.AsSpan(0, Count);

    public readonly long ByteSize => (long)Count * Unsafe.SizeOf<T>();

    public readonly T this[int index] => _items[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        int count = Count;
        if ((uint)count >= (uint)_items.Length)
        {
            Grow(1);
        }

        _items[count] = item;
        Count = count + 1;
    }

    /// <summary>Room for <paramref name="length"/> more items; <see cref="Count"/> does not change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Reserve(int length)
    {
        if (_items.Length - Count < length)
        {
            Grow(length);
        }

        return _items.AsSpan(Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddRange(ReadOnlySpan<T> items)
    {
        items.CopyTo(Reserve(items.Length));
        Count += items.Length;
    }

    public void Release()
    {
        if (_items.Length > 0)
        {
            ArrayPool<T>.Shared.Return(_items);
        }

        _items = [];
        Count = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int length)
    {
        long needed = (long)Count + length;
        int size = (int)Math.Min(Math.Max(Math.Max(needed, FirstLength), (long)_items.Length * 2), Array.MaxLength);
        if (size < needed)
        {
            throw BatchLimit.TooLarge();
        }

        T[] larger = ArrayPool<T>.Shared.Rent(size);
        _items.AsSpan(0, Count).CopyTo(larger);
        if (_items.Length > 0)
        {
            ArrayPool<T>.Shared.Return(_items);
        }

        _items = larger;
    }
}
