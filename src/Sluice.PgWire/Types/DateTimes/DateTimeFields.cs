using System.Runtime.InteropServices;

namespace Sluice.PgWire.Types;

/// <summary>What a part of a date or time looks like.</summary>
internal enum DateTimeFieldKind
{
    /// <summary>Digits, perhaps with a point.</summary>
    Number,

    /// <summary>Digits or a month's name with separators; also a zone's name with punctuation.</summary>
    Date,

    /// <summary>Digits with colons.</summary>
    Time,

    /// <summary>Letters.</summary>
    Word,

    /// <summary>Letters after a sign.</summary>
    SignedWord,

    /// <summary>Digits after a sign.</summary>
    Offset,
}

/// <summary>
/// Cuts a date or time into fields by the look of its characters alone (PostgreSQL manual, B.1, step 1). Letters become lower case.
/// </summary>
/// <param name="buffer">Holds the fields' characters; of length <see cref="BufferLength"/>.</param>
/// <param name="fields">Holds where the fields are; of length <see cref="MaxCount"/>.</param>
internal ref struct DateTimeFields(Span<char> buffer, Span<DateTimeFields.Field> fields)
{
    /// <summary>The most fields that PostgreSQL reads.</summary>
    public const int MaxCount = 25;

    /// <summary>The most characters that PostgreSQL reads, one more counted for each field.</summary>
    public const int BufferLength = 153;

    private readonly Span<char> _buffer = buffer;
    private readonly Span<Field> _fields = fields;
    private int _length;
    private int _start;

    public int Count { get; private set; }

    public readonly DateTimeFieldKind KindOf(int index) => _fields[index].Kind;

    public readonly ReadOnlySpan<char> TextOf(int index) => _buffer.Slice(_fields[index].Start, _fields[index].Length);

    /// <summary>Cuts the text; false if it has a character that no date has, or is too long.</summary>
    public bool TryRead(scoped ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length)
        {
            byte b = text[at];
            if (Blanks.IsBlank(b) || (IsPunctuation(b) && b is not ((byte)'.' or (byte)'+' or (byte)'-')))
            {
                at++;
                continue;
            }

            _start = _length;
            if (Count == MaxCount || !TryReadField(text, ref at, out DateTimeFieldKind kind))
            {
                return false;
            }

            _fields[Count++] = new Field(_start, _length - _start, kind);
            _length++;
        }

        return true;
    }

    private static bool IsDigit(ReadOnlySpan<byte> text, int at) => at < text.Length && (uint)text[at] - '0' <= 9;

    private static bool IsLetter(ReadOnlySpan<byte> text, int at) => at < text.Length && char.IsAsciiLetter((char)text[at]);

    private static bool Is(ReadOnlySpan<byte> text, int at, byte b) => at < text.Length && text[at] == b;

    private static bool IsOneOf(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> bytes) => at < text.Length && bytes.Contains(text[at]);

    private static bool IsPunctuation(byte b) => b is > (byte)' ' and < 0x7f && !char.IsAsciiLetterOrDigit((char)b);

    private bool TryReadField(scoped ReadOnlySpan<byte> text, ref int at, out DateTimeFieldKind kind)
    {
        kind = DateTimeFieldKind.Number;
        if (IsDigit(text, at))
        {
            return TryReadNumeric(text, ref at, out kind);
        }

        if (IsLetter(text, at))
        {
            return TryReadWord(text, ref at, out kind);
        }

        if (text[at] == '.')
        {
            return TryTake(text, ref at) && TryTakeDigits(text, ref at);
        }

        return text[at] is (byte)'+' or (byte)'-' && TryReadSigned(text, ref at, out kind);
    }

    private bool TryReadNumeric(scoped ReadOnlySpan<byte> text, ref int at, out DateTimeFieldKind kind)
    {
        kind = DateTimeFieldKind.Number;
        if (!TryTakeDigits(text, ref at))
        {
            return false;
        }

        if (Is(text, at, (byte)':'))
        {
            kind = DateTimeFieldKind.Time;
            return TryTakeWhile(text, ref at, static (t, i) => IsDigit(t, i) || IsOneOf(t, i, ":."u8));
        }

        return !IsOneOf(text, at, "-/."u8) || TryReadDate(text, ref at, out kind);
    }

    /// <summary>Goes on after the digits of a date at its first separator: the same one must follow the second number.</summary>
    private bool TryReadDate(scoped ReadOnlySpan<byte> text, ref int at, out DateTimeFieldKind kind)
    {
        byte separator = text[at];
        kind = DateTimeFieldKind.Date;
        if (!TryTake(text, ref at))
        {
            return false;
        }

        if (!IsDigit(text, at))
        {
            while (IsDigit(text, at) || IsLetter(text, at) || Is(text, at, separator))
            {
                if (!TryTake(text, ref at))
                {
                    return false;
                }
            }

            return true;
        }

        kind = separator == '.' ? DateTimeFieldKind.Number : DateTimeFieldKind.Date;
        if (!TryTakeDigits(text, ref at))
        {
            return false;
        }

        if (Is(text, at, separator))
        {
            kind = DateTimeFieldKind.Date;
            while (IsDigit(text, at) || Is(text, at, separator))
            {
                if (!TryTake(text, ref at))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool TryReadWord(scoped ReadOnlySpan<byte> text, ref int at, out DateTimeFieldKind kind)
    {
        kind = DateTimeFieldKind.Word;
        if (!TryTakeWhile(text, ref at, IsLetter))
        {
            return false;
        }

        // A month's or a zone's name goes on after punctuation; a zone's also after a plus or a digit, but what is a word already does not.
        bool goesOn = IsOneOf(text, at, "-/."u8)
            || ((Is(text, at, (byte)'+') || IsDigit(text, at)) && !DateTimeWords.TryFind(_buffer[_start.._length], out _));
        if (!goesOn)
        {
            return true;
        }

        kind = DateTimeFieldKind.Date;
        return TryTakeWhile(text, ref at, static (t, i) => IsDigit(t, i) || IsLetter(t, i) || IsOneOf(t, i, "+-/_.:"u8));
    }

    private bool TryReadSigned(scoped ReadOnlySpan<byte> text, ref int at, out DateTimeFieldKind kind)
    {
        kind = DateTimeFieldKind.Offset;
        if (!TryTake(text, ref at))
        {
            return false;
        }

        while (at < text.Length && Blanks.IsBlank(text[at]))
        {
            at++;
        }

        if (IsDigit(text, at))
        {
            return TryTakeWhile(text, ref at, static (t, i) => IsDigit(t, i) || IsOneOf(t, i, ":.-"u8));
        }

        kind = DateTimeFieldKind.SignedWord;
        return IsLetter(text, at) && TryTakeWhile(text, ref at, IsLetter);
    }

    private bool TryTakeDigits(scoped ReadOnlySpan<byte> text, ref int at) => TryTakeWhile(text, ref at, IsDigit);

    private bool TryTakeWhile(scoped ReadOnlySpan<byte> text, ref int at, TakesByte takes)
    {
        while (takes(text, at))
        {
            if (!TryTake(text, ref at))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTake(scoped ReadOnlySpan<byte> text, ref int at)
    {
        if (_length + 1 >= BufferLength)
        {
            return false;
        }

        _buffer[_length++] = char.ToLowerInvariant((char)text[at++]);
        return true;
    }

    private delegate bool TakesByte(ReadOnlySpan<byte> text, int at);

    /// <summary>Where a field is in the buffer.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Field(int Start, int Length, DateTimeFieldKind Kind);
}
