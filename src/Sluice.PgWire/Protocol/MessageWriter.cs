using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace Sluice.PgWire.Protocol;

/// <summary>
/// Writes messages, in either direction. A message is put together in a buffer of the writer's own, where its length is filled in at the end and from
/// which it can be taken back whole, and moves on to the pipe in larger stretches; <see cref="FlushAsync"/> sends. Not thread safe.
/// </summary>
public sealed partial class MessageWriter : IBufferWriter<byte>
{
    /// <summary>Complete messages move to the pipe once this much has gathered.</summary>
    private const int Stretch = 32_768;

    private readonly PipeWriter _output;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(4_096);
    private int _position;
    private int _messageStart = -1;
    private int _valueStart = -1;

    /// <summary>Writes to <paramref name="output"/>.</summary>
    public MessageWriter(PipeWriter output) => _output = output;

    /// <summary>Bytes written and not yet flushed. A caller that writes many rows flushes when this has grown past some 32 KiB.</summary>
    public long UnflushedBytes => _position + _output.UnflushedBytes;

    /// <summary>Starts a message.</summary>
    /// <exception cref="InvalidOperationException">One is open.</exception>
    public void BeginMessage(byte type)
    {
        if (_messageStart >= 0)
        {
            throw new InvalidOperationException("A message is open.");
        }

        _messageStart = _position;
        Span<byte> header = Reserve(MessageReader.HeaderLength);
        header[0] = type;
    }

    /// <summary>Ends the message and fills its length in.</summary>
    /// <exception cref="InvalidOperationException">No message is open.</exception>
    public void EndMessage()
    {
        if (_messageStart < 0)
        {
            throw new InvalidOperationException("No message is open.");
        }

        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_messageStart + 1), _position - _messageStart - 1);
        _messageStart = -1;
        if (_position >= Stretch)
        {
            MoveToPipe();
        }
    }

    /// <summary>Takes back what was written since <see cref="BeginMessage"/>; nothing happens if no message is open.</summary>
    public void AbandonMessage()
    {
        if (_messageStart >= 0)
        {
            _position = _messageStart;
            _messageStart = -1;
            _valueStart = -1;
        }
    }

    /// <summary>Writes one byte.</summary>
    public void Byte(byte value) => Reserve(1)[0] = value;

    /// <summary>Writes a big-endian Int16.</summary>
    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(sizeof(short)), value);

    /// <summary>Writes a big-endian Int32.</summary>
    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(sizeof(int)), value);

    /// <summary>Writes a big-endian Int32, unsigned: an OID.</summary>
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(sizeof(uint)), value);

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(in ReadOnlySequence<byte> value) => value.CopyTo(Reserve(checked((int)value.Length)));

    /// <summary>Writes text as UTF-8, without terminator.</summary>
    public void Text(ReadOnlySpan<char> value) => Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetByteCount(value)));

    /// <summary>Writes a String: UTF-8 with a zero byte after it. A NUL inside would end it early and is written as U+FFFD.</summary>
    public void CString(string value)
    {
        Text(value.Contains('\0', StringComparison.Ordinal) ? value.Replace('\0', '\uFFFD') : value);
        Byte(0);
    }

    /// <summary>Writes a String from its UTF-8 bytes, with a zero byte after it.</summary>
    public void CString(ReadOnlySpan<byte> utf8)
    {
        Bytes(utf8);
        Byte(0);
    }

    /// <summary>
    /// Writes a message, or the piece of one, as it was read: the header before the first piece. For relaying; large bodies go to the pipe directly.
    /// </summary>
    public void Relay(in Frame frame)
    {
        if (_messageStart >= 0)
        {
            throw new InvalidOperationException("A message is open.");
        }

        if (frame.IsFirst)
        {
            Span<byte> header = Reserve(MessageReader.HeaderLength);
            header[0] = frame.Type;
            BinaryPrimitives.WriteInt32BigEndian(header[1..], frame.Length + sizeof(int));
        }

        if (frame.Body.Length < Stretch / 4)
        {
            Bytes(frame.Body);
            if (_position >= Stretch)
            {
                MoveToPipe();
            }

            return;
        }

        MoveToPipe();
        foreach (ReadOnlyMemory<byte> segment in frame.Body)
        {
            _output.Write(segment.Span);
        }
    }

    /// <summary>Sends all complete messages. <see langword="false"/> if the peer no longer reads: the connection is gone.</summary>
    /// <exception cref="InvalidOperationException">A message is open.</exception>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_messageStart >= 0)
        {
            throw new InvalidOperationException("A message is open.");
        }

        MoveToPipe();
        FlushResult result = await _output.FlushAsync(cancellationToken);
        return !result.IsCompleted;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _position);
        _position += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_position);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_position);
    }

    private Span<byte> Reserve(int count)
    {
        EnsureRoom(count);
        Span<byte> span = _buffer.AsSpan(_position, count);
        _position += count;
        return span;
    }

    private void EnsureRoom(int count)
    {
        if (_buffer.Length - _position < count)
        {
            int wanted = checked(_position + count);
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max((long)wanted, _buffer.Length * 2L)));
        }
    }

    private void MoveToPipe()
    {
        if (_position > 0)
        {
            _output.Write(_buffer.AsSpan(0, _position));
            _position = 0;
            if (_buffer.Length > 16 * Stretch)
            {
                _buffer = GC.AllocateUninitializedArray<byte>(2 * Stretch);
            }
        }
    }
}
