using System.Globalization;
using System.Text;

namespace Sluice.PgWire.Types;

/// <summary>C's hexadecimal floats, e.g. <c>0x1.8p3</c>, which <c>strtod</c> and therefore PostgreSQL reads.</summary>
internal static class HexFloat
{
    private const int MantissaDigits = 15;
    private const int MostExponentDigits = 6;

    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<byte> rest = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        if (rest.Length < 3 || !Ascii.EqualsIgnoreCase(rest[..2], "0x"u8))
        {
            return false;
        }

        int mark = rest.IndexOfAny((byte)'p', (byte)'P');
        int exponent = 0;
        if (mark >= 0 && !TryParseExponent(rest[(mark + 1)..], out exponent))
        {
            return false;
        }

        if (!TryParseMantissa(mark < 0 ? rest[2..] : rest[2..mark], out ulong mantissa, out int shift))
        {
            return false;
        }

        double magnitude = Math.ScaleB(mantissa, exponent + shift);
        value = negative ? -magnitude : magnitude;
        return true;
    }

    /// <summary>
    /// Digits that the mantissa has no room for leave a mark in its lowest bit, so that the conversion to double rounds right.
    /// </summary>
    private static bool TryParseMantissa(ReadOnlySpan<byte> text, out ulong mantissa, out int shift)
    {
        mantissa = 0;
        shift = 0;
        int digits = 0;
        bool point = false;
        foreach (byte b in text)
        {
            if (b == '.' && !point)
            {
                point = true;
                continue;
            }

            if (!char.IsAsciiHexDigit((char)b))
            {
                return false;
            }

            ulong digit = (ulong)Convert.ToInt32(((char)b).ToString(), 16);
            digits++;
            if (mantissa >> (4 * MantissaDigits) == 0)
            {
                mantissa = (mantissa << 4) | digit;
                shift -= point ? 4 : 0;
            }
            else
            {
                mantissa |= digit == 0 ? 0UL : 1UL;
                shift += point ? 0 : 4;
            }
        }

        return digits > 0;
    }

    private static bool TryParseExponent(ReadOnlySpan<byte> text, out int exponent) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
        && text.Length <= MostExponentDigits;
}
