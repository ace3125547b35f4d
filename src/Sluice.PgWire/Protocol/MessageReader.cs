using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Sluice.PgWire.Protocol;

/// <summary>
/// Cuts a stream into messages (type byte, Int32 length, body; PostgreSQL manual, 55.2.1), in either direction, without allocating.
/// A frame's bytes are those of the pipe's own buffer and are valid until the next read. Not thread safe.
/// </summary>
public sealed class MessageReader
{
    /// <summary>Type byte and length.</summary>
    public const int HeaderLength = 5;

    /// <summary>A message up to this long is always delivered whole: pieces are for what should not be held in memory.</summary>
    private const int AlwaysWhole = 4_096;

    /// <summary>One huge message must not pin its size for the life of the connection.</summary>
    private const int KeptScratch = 1_048_576;

    private readonly PipeReader _input;
    private readonly MessageLimits _limits;
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private Task<ReadResult>? _pending;
    private bool _completed;
    private byte _pieceType;
    private int _pieceLength;
    private int _pieceOffset;
    private byte[] _scratch = [];

    /// <summary>Reads from <paramref name="input"/>, which nobody else may read until <see cref="Detach"/>.</summary>
    public MessageReader(PipeReader input, MessageLimits limits)
    {
        _input = input;
        _limits = limits;
    }

    /// <summary>
    /// Cuts the first whole message off <paramref name="buffer"/>; returns <see langword="false"/>, and leaves the buffer, if it is not all there.
    /// </summary>
    /// <exception cref="PgException">08P01 FATAL: type or length cannot be (<see cref="MessageLimits"/>).</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, MessageLimits limits, out Frame frame)
    {
        if (TryReadHeader(buffer, limits, out byte type, out int length) && buffer.Length - HeaderLength >= length)
        {
            frame = new Frame(type, length, 0, buffer.Slice(HeaderLength, length));
            buffer = buffer.Slice(frame.Body.End);
            return true;
        }

        frame = default;
        return false;
    }

    /// <summary>Reads and checks the header of the first message in <paramref name="buffer"/>; <paramref name="length"/> is that of the body.</summary>
    /// <exception cref="PgException">08P01 FATAL: type or length cannot be.</exception>
    public static bool TryReadHeader(in ReadOnlySequence<byte> buffer, MessageLimits limits, out byte type, out int length)
    {
        ReadOnlySpan<byte> first = buffer.FirstSpan;
        if (first.Length < HeaderLength)
        {
            if (buffer.Length < HeaderLength)
            {
                type = 0;
                length = 0;
                return false;
            }

            Span<byte> header = stackalloc byte[HeaderLength];
            buffer.Slice(0, HeaderLength).CopyTo(header);
            return ParseHeader(header, limits, out type, out length);
        }

        return ParseHeader(first, limits, out type, out length);
    }

    /// <summary>Reads the next message if all of it has already arrived. Invalidates the frame before it.</summary>
    /// <exception cref="PgException">08P01 FATAL: type or length cannot be.</exception>
    public bool TryRead(out Frame frame, InPieces inPieces = InPieces.None)
    {
        if (TryTake(inPieces, out frame))
        {
            return true;
        }

        if (_completed)
        {
            return false;
        }

        if (_pending is { } pending)
        {
            if (!pending.IsCompleted)
            {
                return false;
            }

            _pending = null;
            Accept(pending.GetAwaiter().GetResult());
            return TryTake(inPieces, out frame);
        }

        Release();
        if (!_input.TryRead(out ReadResult result))
        {
            return false;
        }

        Accept(result);
        return TryTake(inPieces, out frame);
    }

    /// <summary>The next message has arrived already, all of it.</summary>
    /// <exception cref="PgException">08P01 FATAL: type or length cannot be.</exception>
    public bool HasMessage =>
        _holdsBuffer && _pieceType == 0 && TryReadHeader(_buffer, _limits, out _, out int length) && _buffer.Length - HeaderLength >= length;

    /// <summary>The peer has closed: what TryRead does not find will not come.</summary>
    public bool IsCompleted => _completed;

    /// <summary>
    /// Completes when <see cref="TryRead(out Frame, InPieces)"/> may find more than it did, or the peer has closed. The same task is returned until
    /// then, so that one can wait for several peers at once. To be asked for after TryRead has found nothing; invalidates the last frame.
    /// </summary>
    public Task WhenReadable()
    {
        if (_completed)
        {
            return Task.CompletedTask;
        }

        if (_pending is null)
        {
            Release();
            _pending = _input.ReadAsync().AsTask();
        }

        return _pending;
    }

    /// <summary>
    /// Reads the next message, or the next piece of it if its kind is among <paramref name="inPieces"/> and not all of it has arrived.
    /// Once a piece that <see cref="Frame.IsLast">is not the last</see> was delivered, the rest of that message follows in pieces.
    /// Returns a frame that <see cref="Frame.IsEnd"/> when the peer has closed. Invalidates the frame before it.
    /// </summary>
    /// <exception cref="PgException">08P01 FATAL: type or length cannot be.</exception>
    public ValueTask<Frame> ReadAsync(InPieces inPieces = InPieces.None, CancellationToken cancellationToken = default) =>
        TryTake(inPieces, out Frame frame) ? ValueTask.FromResult(frame) : FillAsync(inPieces, cancellationToken);

    /// <summary>
    /// The body in one stretch of memory: the pipe's own, or a copy in a buffer of the reader if it lies over several. Valid until the next read.
    /// </summary>
    public ReadOnlyMemory<byte> Contiguous(in Frame frame)
    {
        ReadOnlySequence<byte> body = frame.Body;
        if (body.IsSingleSegment)
        {
            return body.First;
        }

        int length = (int)body.Length;
        byte[] target = _scratch;
        if (target.Length < length)
        {
            target = GC.AllocateUninitializedArray<byte>(Math.Max(length, 16_384));
            if (length <= KeptScratch)
            {
                _scratch = target;
            }
        }

        body.CopyTo(target);
        return target.AsMemory(0, length);
    }

    /// <summary>Gives the pipe back: what was not delivered stays in it. Invalidates the last frame.</summary>
    /// <exception cref="InvalidOperationException">A message was delivered in part.</exception>
    public void Detach()
    {
        if (_pieceType != 0)
        {
            throw new InvalidOperationException("The reader is in the middle of a message.");
        }

        if (_holdsBuffer)
        {
            _holdsBuffer = false;
            _input.AdvanceTo(_buffer.Start);
            _buffer = default;
        }
    }

    private static bool ParseHeader(ReadOnlySpan<byte> header, MessageLimits limits, out byte type, out int length)
    {
        type = header[0];
        int onWire = BinaryPrimitives.ReadInt32BigEndian(header[1..]);
        limits.Check(type, onWire);
        length = onWire - sizeof(int);
        return true;
    }

    private async ValueTask<Frame> FillAsync(InPieces inPieces, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_completed)
            {
                return default;
            }

            Accept(await ReadMoreAsync(cancellationToken));
            if (TryTake(inPieces, out Frame frame))
            {
                return frame;
            }
        }
    }

    private async ValueTask<ReadResult> ReadMoreAsync(CancellationToken cancellationToken)
    {
        if (_pending is { } pending)
        {
            ReadResult result = await pending.WaitAsync(cancellationToken);
            _pending = null;
            return result;
        }

        Release();
        return await _input.ReadAsync(cancellationToken);
    }

    private void Accept(in ReadResult result)
    {
        _buffer = result.Buffer;
        _holdsBuffer = true;
        _completed = result.IsCompleted;
        if (result.IsCanceled)
        {
            throw new OperationCanceledException("The pending read was cancelled.");
        }
    }

    /// <summary>Says to the pipe that all of the buffer was looked at, so that it goes on receiving, and how much of it is done with.</summary>
    private void Release()
    {
        if (_holdsBuffer)
        {
            _holdsBuffer = false;
            _input.AdvanceTo(_buffer.Start, _buffer.End);
            _buffer = default;
        }
    }

    private bool TryTake(InPieces inPieces, out Frame frame)
    {
        if (!_holdsBuffer)
        {
            frame = default;
            return false;
        }

        if (_pieceType != 0)
        {
            return TryTakePiece(out frame);
        }

        if (!TryReadHeader(_buffer, _limits, out byte type, out int length))
        {
            frame = default;
            return false;
        }

        if (_buffer.Length - HeaderLength >= length)
        {
            ReadOnlySequence<byte> body = _buffer.Slice(HeaderLength, length);
            frame = new Frame(type, length, 0, body);
            _buffer = _buffer.Slice(body.End);
            return true;
        }

        if (length > AlwaysWhole && _buffer.Length > HeaderLength && (inPieces & KindOf(type)) != InPieces.None)
        {
            _pieceType = type;
            _pieceLength = length;
            _pieceOffset = 0;
            _buffer = _buffer.Slice(HeaderLength);
            return TryTakePiece(out frame);
        }

        frame = default;
        return false;
    }

    private bool TryTakePiece(out Frame frame)
    {
        if (_buffer.IsEmpty)
        {
            frame = default;
            return false;
        }

        ReadOnlySequence<byte> piece = _buffer.Slice(0, Math.Min(_buffer.Length, _pieceLength - _pieceOffset));
        frame = new Frame(_pieceType, _pieceLength, _pieceOffset, piece);
        _pieceOffset += (int)piece.Length;
        if (frame.IsLast)
        {
            _pieceType = 0;
        }

        _buffer = _buffer.Slice(piece.End);
        return true;
    }

    private static InPieces KindOf(byte type) => type switch
    {
        FrontendMessage.CopyData => InPieces.CopyData,
        BackendMessage.DataRow => InPieces.DataRow,
        _ => InPieces.None,
    };
}
