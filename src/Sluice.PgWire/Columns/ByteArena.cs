using System.Buffers;

namespace Sluice.PgWire.Columns;

/// <summary>The bytes of all values of a column of varying length, one after the other.</summary>
internal sealed class ByteArena : IBufferWriter<byte>
{
    private PooledBuffer<byte> _bytes = new();

    public int Length
    {
        get => _bytes.Count;
        set => _bytes.Count = value;
    }

    public ReadOnlySpan<byte> Bytes => _bytes.Items;

    public void Append(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Append(byte value) => _bytes.Add(value);

    public void Advance(int count) => _bytes.Count += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException("The arena hands out spans only.");

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.Reserve(Math.Max(sizeHint, 1));

    public void Release() => _bytes.Release();
}
