using System.Buffers;
using System.Globalization;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>The text format of <c>numeric</c> (PostgreSQL manual, 8.1.2): read in any spelling, kept as PostgreSQL prints it.</summary>
internal static class NumericText
{
    private const int StackLimit = 512;

    /// <summary>Beyond this PostgreSQL does not even look at the digits.</summary>
    private const int MaxExponent = int.MaxValue / 2;

    /// <summary>Reads a number and appends it as PostgreSQL prints it.</summary>
    /// <exception cref="PgException">22P02 if it is no number, 22003 if it is too large for the type or its modifier.</exception>
    public static void Append(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena)
    {
        ReadOnlySpan<byte> number = Blanks.Trim(text);
        if (typeModifier < 0 && IsCanonical(number))
        {
            arena.Append(number);
            return;
        }

        if (TryReadWord(number, out ReadOnlySpan<byte> word))
        {
            CheckWord(word, typeModifier);
            arena.Append(word);
            return;
        }

        if (!TrySplit(number, out Parts parts))
        {
            throw InputError.Syntax(PgType.Numeric, text);
        }

        Append(parts, typeModifier, arena);
    }

    /// <summary>Checks that a number in JSON's syntax is one that <c>numeric</c>, and so <c>jsonb</c>, holds.</summary>
    /// <exception cref="PgException">22003 if it is not.</exception>
    public static void CheckRange(ReadOnlySpan<byte> number)
    {
        if (number.Length > DecimalDigits.MaxScale || number.ContainsAny((byte)'e', (byte)'E'))
        {
            TrySplit(number, out Parts parts);
            int zeros = CountLeadingZeros(parts);
            bool isZero = zeros == parts.Whole.Length + parts.Fraction.Length;
            CheckExponent(parts);
            if ((!isZero && parts.Point - zeros > DecimalDigits.MaxWhole) || parts.Scale > DecimalDigits.MaxScale)
            {
                throw DecimalDigits.Overflow();
            }
        }
    }

    /// <summary>NaN and the infinities have no precision, but a modifier has no room for the latter.</summary>
    public static void CheckWord(ReadOnlySpan<byte> word, int typeModifier)
    {
        if (typeModifier >= 0 && !word.SequenceEqual("NaN"u8))
        {
            (int precision, int scale) = ColumnType.NumericPrecision(typeModifier);
            throw new PgException(
                SqlState.NumericValueOutOfRange,
                "numeric field overflow",
                $"A field with precision {precision}, scale {scale} cannot hold an infinite value.");
        }
    }

    /// <summary>Rounds, checks and appends a number.</summary>
    public static void Append(ref DecimalDigits digits, int typeModifier, ByteArena arena)
    {
        if (typeModifier >= 0)
        {
            (int precision, int scale) = ColumnType.NumericPrecision(typeModifier);
            digits.Round(precision, scale);
        }
        else
        {
            digits.CheckRange();
        }

        arena.Advance(digits.Format(arena.GetSpan(digits.FormattedLength)));
    }

    private static void Append(Parts parts, int typeModifier, ByteArena arena)
    {
        CheckExponent(parts);
        int zeros = CountLeadingZeros(parts);
        int count = parts.Whole.Length + parts.Fraction.Length;
        bool isBeyondAll = (zeros < count && parts.Point - zeros > DecimalDigits.MaxWhole) || parts.Scale > DecimalDigits.MaxScale;
        if (isBeyondAll && typeModifier < 0)
        {
            throw DecimalDigits.Overflow();
        }

        byte[]? rented = null;
        Span<byte> buffer = count < StackLimit ? stackalloc byte[StackLimit] : (rented = ArrayPool<byte>.Shared.Rent(count + 1));
        try
        {
            parts.Whole.CopyTo(buffer[1..]);
            parts.Fraction.CopyTo(buffer[(1 + parts.Whole.Length)..]);
            DecimalDigits digits = new(buffer, count, (int)parts.Point, (int)parts.Scale, parts.IsNegative);
            Append(ref digits, typeModifier, arena);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static void CheckExponent(Parts parts)
    {
        if (parts.Exponent is >= MaxExponent or <= -MaxExponent)
        {
            throw DecimalDigits.Overflow();
        }
    }

    private static int CountLeadingZeros(Parts parts)
    {
        int zeros = parts.Whole.IndexOfAnyExcept((byte)'0');
        if (zeros >= 0)
        {
            return zeros;
        }

        zeros = parts.Fraction.IndexOfAnyExcept((byte)'0');
        return parts.Whole.Length + (zeros < 0 ? parts.Fraction.Length : zeros);
    }

    /// <summary>Whether the text is what PostgreSQL would print for it: the common case, where nothing is left to do.</summary>
    private static bool IsCanonical(ReadOnlySpan<byte> text)
    {
        bool isNegative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<byte> digits = isNegative ? text[1..] : text;
        int point = digits.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? digits : digits[..point];
        ReadOnlySpan<byte> fraction = point < 0 ? [] : digits[(point + 1)..];
        return whole.Length is > 0 and <= DecimalDigits.MaxWhole
            && (whole[0] != '0' || (whole.Length == 1 && !isNegative))
            && (point < 0 || fraction.Length is > 0 and <= DecimalDigits.MaxScale)
            && !whole.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && !fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool TryReadWord(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> word)
    {
        word = default;
        if (Ascii.EqualsIgnoreCase(text, "nan"u8))
        {
            word = "NaN"u8;
            return true;
        }

        ReadOnlySpan<byte> unsigned = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        if (Ascii.EqualsIgnoreCase(unsigned, "infinity"u8) || Ascii.EqualsIgnoreCase(unsigned, "inf"u8))
        {
            word = text[0] == '-' ? "-Infinity"u8 : "Infinity"u8;
            return true;
        }

        return false;
    }

    /// <summary>Splits [sign] digits [. digits] [e [sign] digits], with a digit before or after the point.</summary>
    private static bool TrySplit(ReadOnlySpan<byte> text, out Parts parts)
    {
        parts = default;
        parts.IsNegative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<byte> rest = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        parts.Whole = Digits(ref rest);
        if (rest.Length > 0 && rest[0] == '.')
        {
            rest = rest[1..];
            parts.Fraction = Digits(ref rest);
        }

        if (parts.Whole.Length + parts.Fraction.Length == 0)
        {
            return false;
        }

        if (rest.Length > 0 && rest[0] is (byte)'e' or (byte)'E')
        {
            rest = rest[1..];
            bool isNegative = rest.Length > 0 && rest[0] == '-';
            rest = rest.Length > 0 && rest[0] is (byte)'+' or (byte)'-' ? rest[1..] : rest;
            ReadOnlySpan<byte> exponent = Digits(ref rest);
            if (exponent.IsEmpty)
            {
                return false;
            }

            bool isLong = long.TryParse(exponent, NumberStyles.None, CultureInfo.InvariantCulture, out long e);
            long value = isLong ? Math.Min(e, MaxExponent) : MaxExponent;
            parts.Exponent = isNegative ? -value : value;
        }

        return rest.IsEmpty;
    }

    private static ReadOnlySpan<byte> Digits(scoped ref ReadOnlySpan<byte> rest)
    {
        int length = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = length < 0 ? rest.Length : length;
        ReadOnlySpan<byte> digits = rest[..length];
        rest = rest[length..];
        return digits;
    }

    private ref struct Parts
    {
        public bool IsNegative;
        public ReadOnlySpan<byte> Whole;
        public ReadOnlySpan<byte> Fraction;
        public long Exponent;

        public readonly long Point => Whole.Length + Exponent;

        public readonly long Scale => Math.Max(0, Fraction.Length - Exponent);
    }
}
