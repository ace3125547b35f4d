using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sluice.Cdf.Http;

/// <summary>
/// A growing byte buffer from the shared pool. What is written becomes a request body without a copy (<see cref="WrittenMemory"/>), which is valid until
/// <see cref="Dispose"/>. Not safe for use by several threads at once.
/// </summary>
public sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _array;

    /// <summary>A buffer with room for <paramref name="capacity"/> bytes before it grows.</summary>
    public PooledBuffer(int capacity = 4096) => _array = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What is written so far.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _array.AsMemory(0, Length);

    /// <summary>What is written so far.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _array.AsSpan(0, Length);

    /// <inheritdoc />
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - Length), nameof(count));
        Length += count;
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(Length);
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(Length);
    }

    /// <summary>Forgets what is written and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <inheritdoc />
    public void Dispose()
    {
        var array = _array;
        _array = [];
        Length = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    /// <summary>What is written from <paramref name="start"/> on, to be changed in place.</summary>
    internal Span<byte> Written(int start) => _array.AsSpan(start, Length - start);

    /// <summary>Goes back to <paramref name="length"/> written bytes.</summary>
    internal void Truncate(int length) => Length = length;

    private void Reserve(int count)
    {
        if (_array.Length - Length < count)
        {
            Grow(count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        var wanted = Math.Max((long)Length + count, Math.Min(2L * _array.Length, Array.MaxLength));
        if (wanted > Array.MaxLength)
        {
            throw new InvalidOperationException($"a request body cannot be longer than {Array.MaxLength} bytes");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)wanted);
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
