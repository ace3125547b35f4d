using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// The text format of <c>real</c> and <c>double precision</c>: what C's <c>strtod</c> reads, and the shortest text that reads back.
/// </summary>
internal static class FloatText
{
    /// <summary>Above this an integer is no longer exact as a double.</summary>
    private const ulong LargestExact = 1UL << 53;

    private const int MostExactDigits = 19;

    /// <summary>The powers of ten that are exact as doubles.</summary>
    private static readonly double[] PowersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>
    /// Reads digits with an optional sign and point whose value is an exact integer divided by an exact power of ten, so that one
    /// division rounds correctly. That is nearly every number that is not in exponent notation.
    /// </summary>
    public static bool TryParseShort(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        int at = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        if (negative)
        {
            at = 1;
        }

        int digits = text.Length - at;
        if (digits is 0 or > MostExactDigits)
        {
            return false;
        }

        ulong mantissa = 0;
        int point = -1;
        for (; at < text.Length; at++)
        {
            uint digit = (uint)text[at] - '0';
            if (digit > 9)
            {
                if (text[at] != '.' || point >= 0)
                {
                    return false;
                }

                point = at;
                continue;
            }

            mantissa = (mantissa * 10) + digit;
        }

        int scale = point < 0 ? 0 : text.Length - point - 1;
        if (mantissa > LargestExact || (point >= 0 && digits == 1))
        {
            return false;
        }

        double magnitude = mantissa / PowersOfTen[scale];
        value = negative ? -magnitude : magnitude;
        return true;
    }

    /// <summary>Reads a number or a word for one that is none.</summary>
    /// <exception cref="PgException">22P02 if the text is no number, 22003 if it is beyond the type's range.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> text, PgType type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<byte> number = Blanks.Trim(text);
        if (IsDecimal(number, out bool isZero))
        {
            T value = T.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
            bool lost = T.IsInfinity(value) || (T.IsZero(value) && !isZero);
            return lost ? throw Beyond(number, type) : value;
        }

        if (TryParseWord(number, out T special))
        {
            return special;
        }

        if (HexFloat.TryParse(number, out double hex))
        {
            T value = T.CreateTruncating(hex);
            bool lost = T.IsInfinity(value) || (T.IsZero(value) && hex != 0);
            return lost ? throw Beyond(number, type) : value;
        }

        throw InputError.Syntax(type, text);
    }

    public static void Write(double value, IBufferWriter<byte> output)
    {
        if (!TryWriteWord(value, output))
        {
            ShortestFloat shortest = ShortestFloat.Of(value, stackalloc byte[ShortestFloat.BufferLength]);
            WriteDigits(shortest, double.IsNegative(value), fixedBelow: 15, output);
        }
    }

    public static void Write(float value, IBufferWriter<byte> output)
    {
        if (!TryWriteWord(value, output))
        {
            ShortestFloat shortest = ShortestFloat.Of(value, stackalloc byte[ShortestFloat.BufferLength]);
            WriteDigits(shortest, float.IsNegative(value), fixedBelow: 6, output);
        }
    }

    private static PgException Beyond(ReadOnlySpan<byte> number, PgType type) =>
        new(SqlState.NumericValueOutOfRange, $"\"{InputError.Show(number)}\" is out of range for type {type.DisplayName}");

    /// <summary>Whether the text is [sign] digits [. digits] [e [sign] digits] with a digit before or after the point.</summary>
    private static bool IsDecimal(ReadOnlySpan<byte> text, out bool isZero)
    {
        isZero = true;
        int at = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? 1 : 0;
        int digits = 0;
        bool point = false;
        for (; at < text.Length; at++)
        {
            byte b = text[at];
            if (b is >= (byte)'0' and <= (byte)'9')
            {
                digits++;
                isZero &= b == '0';
            }
            else if (b == '.' && !point)
            {
                point = true;
            }
            else
            {
                break;
            }
        }

        return digits > 0 && (at == text.Length || IsExponent(text[at..]));
    }

    private static bool IsExponent(ReadOnlySpan<byte> text)
    {
        if (text[0] is not ((byte)'e' or (byte)'E'))
        {
            return false;
        }

        ReadOnlySpan<byte> digits = text[1..];
        if (digits.Length > 0 && digits[0] is (byte)'+' or (byte)'-')
        {
            digits = digits[1..];
        }

        return digits.Length > 0 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool TryParseWord<T>(ReadOnlySpan<byte> text, out T value)
        where T : IBinaryFloatingPointIeee754<T>
    {
        value = T.NaN;
        ReadOnlySpan<byte> word = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        if (Ascii.EqualsIgnoreCase(word, "nan"u8))
        {
            return true;
        }

        if (Ascii.EqualsIgnoreCase(word, "infinity"u8) || Ascii.EqualsIgnoreCase(word, "inf"u8))
        {
            value = text[0] == '-' ? T.NegativeInfinity : T.PositiveInfinity;
            return true;
        }

        return false;
    }

    private static bool TryWriteWord(double value, IBufferWriter<byte> output)
    {
        if (double.IsFinite(value))
        {
            return false;
        }

        output.Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
        return true;
    }

    /// <summary>Lays digits out as PostgreSQL does: exponents from -4 to below <paramref name="fixedBelow"/> without an e.</summary>
    private static void WriteDigits(ShortestFloat number, bool negative, int fixedBelow, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> digits = number.Digits;
        int exponent = number.Exponent;
        if (negative)
        {
            output.Write("-"u8);
        }

        if (digits.IsEmpty)
        {
            output.Write("0"u8);
            return;
        }

        bool isFixed = exponent >= -4 && exponent < fixedBelow;
        if (!isFixed)
        {
            output.Write(digits[..1]);
            if (digits.Length > 1)
            {
                output.Write("."u8);
                output.Write(digits[1..]);
            }

            output.Write(exponent < 0 ? "e-"u8 : "e+"u8);
            if (Math.Abs(exponent) < 10)
            {
                output.Write("0"u8);
            }

            TextOutput.WriteInteger(Math.Abs(exponent), output);
        }
        else if (exponent < 0)
        {
            output.Write("0.000"u8[..(1 - exponent)]);
            output.Write(digits);
        }
        else
        {
            int whole = Math.Min(digits.Length, exponent + 1);
            output.Write(digits[..whole]);
            for (int i = whole; i <= exponent; i++)
            {
                output.Write("0"u8);
            }

            if (whole < digits.Length)
            {
                output.Write("."u8);
                output.Write(digits[whole..]);
            }
        }
    }
}
