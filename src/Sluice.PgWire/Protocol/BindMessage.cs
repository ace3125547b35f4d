using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sluice.PgWire.Protocol;

/// <summary>Where a parameter's value lies in the body of its Bind message.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Length in bytes; -1 for NULL.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ValueRange(int Offset, int Length)
{
    /// <summary>Whether the value is NULL.</summary>
    public bool IsNull => Length < 0;
}

/// <summary>
/// Bind: a portal made of a statement and values for its parameters. The whole body is checked when it is parsed; the values stay where they are.
/// </summary>
public readonly ref struct BindMessage
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly ReadOnlySpan<byte> _parameterFormats;
    private readonly ReadOnlySpan<byte> _resultFormats;
    private readonly int _values;

    private BindMessage(
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> portal,
        ReadOnlySpan<byte> statement,
        ReadOnlySpan<byte> parameterFormats,
        int parameterCount,
        int values,
        ReadOnlySpan<byte> resultFormats)
    {
        _body = body;
        Portal = portal;
        Statement = statement;
        _parameterFormats = parameterFormats;
        ParameterCount = parameterCount;
        _values = values;
        _resultFormats = resultFormats;
    }

    /// <summary>The portal's name; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Portal { get; }

    /// <summary>The statement's name; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Statement { get; }

    /// <summary>How many values there are, 0 to 65,535.</summary>
    public int ParameterCount { get; }

    /// <summary>How many result formats are given: none (all text), one (for all), or one a column.</summary>
    public int ResultFormatCount => _resultFormats.Length / sizeof(short);

    /// <summary>The values, in order.</summary>
    public ValueEnumerator Values => new(_body, _values, ParameterCount);

    /// <summary>Format of parameter <paramref name="index"/> (from 0): 0 text, 1 binary; other codes are the codec's to refuse (22023).</summary>
    public short ParameterFormat(int index) => Format(_parameterFormats, index);

    /// <summary>Format that the client wants result column <paramref name="column"/> (from 0) in.</summary>
    public short ResultFormat(int column) => Format(_resultFormats, column);

    /// <summary>Parses a body.</summary>
    /// <exception cref="PgException">08P01.</exception>
    public static BindMessage Parse(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        ReadOnlySpan<byte> portal = reader.CString();
        ReadOnlySpan<byte> statement = reader.CString();
        int formatCount = reader.Count();
        ReadOnlySpan<byte> formats = reader.Bytes(formatCount * sizeof(short));
        int count = reader.Count();
        if (formatCount > 1 && formatCount != count)
        {
            throw new PgException(
                SqlState.ProtocolViolation,
                $"bind message has {formatCount} parameter formats but {count} parameters");
        }

        int values = reader.Position;
        for (int i = 0; i < count; i++)
        {
            int length = reader.Int32();
            if (length != -1)
            {
                reader.Bytes(length);
            }
        }

        ReadOnlySpan<byte> resultFormats = reader.Bytes(reader.Count() * sizeof(short));
        reader.End();
        return new BindMessage(body, portal, statement, formats, count, values, resultFormats);
    }

    private static short Format(ReadOnlySpan<byte> formats, int index) => formats.Length switch
    {
        0 => 0,
        sizeof(short) => BinaryPrimitives.ReadInt16BigEndian(formats),
        _ => BinaryPrimitives.ReadInt16BigEndian(formats[(index * sizeof(short))..]),
    };

    /// <summary>Goes through the values of a Bind; a <c>foreach</c> over <see cref="Values"/> gives their places.</summary>
    public ref struct ValueEnumerator
    {
        private readonly ReadOnlySpan<byte> _body;
        private int _next;
        private int _left;

        internal ValueEnumerator(ReadOnlySpan<byte> body, int first, int count)
        {
            _body = body;
            _next = first;
            _left = count;
        }

        /// <summary>The value's place in the body.</summary>
        public ValueRange Current { get; private set; }

        /// <summary>The value's bytes; empty for NULL.</summary>
        public readonly ReadOnlySpan<byte> Bytes => Current.IsNull ? default : _body.Slice(Current.Offset, Current.Length);

        /// <summary>This.</summary>
        public readonly ValueEnumerator GetEnumerator() => this;

        /// <summary>Goes on to the next value.</summary>
        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            Current = new ValueRange(_next + sizeof(int), BinaryPrimitives.ReadInt32BigEndian(_body[_next..]));
            _next = Current.Offset + Math.Max(Current.Length, 0);
            return true;
        }
    }
}
