using System.Runtime.CompilerServices;

namespace Sluice.PgWire.Types;

/// <summary>The text format of integers (PostgreSQL manual, 4.1.2.6 and 8.1.1): blanks, a sign, digits, blanks.</summary>
internal static class IntegerText
{
    private const int SafeDigits = 18;

    /// <summary>Reads an integer within bounds.</summary>
    /// <exception cref="Protocol.PgException">22P02 if the text is no integer, 22003 if it is not within the bounds.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Parse(ReadOnlySpan<byte> text, PgType type, long min, long max)
    {
        int at = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        if (negative)
        {
            at = 1;
        }

        if (text.Length - at is > 0 and <= SafeDigits)
        {
            long value = 0;
            for (; at < text.Length; at++)
            {
                uint digit = (uint)text[at] - '0';
                if (digit > 9)
                {
                    return ParseAny(text, type, min, max);
                }

                value = (value * 10) + digit;
            }

            value = negative ? -value : value;
            return value >= min && value <= max ? value : throw InputError.OutOfRange(type, text);
        }

        return ParseAny(text, type, min, max);
    }

    private static long ParseAny(ReadOnlySpan<byte> text, PgType type, long min, long max)
    {
        ReadOnlySpan<byte> digits = Blanks.Trim(text);
        bool negative = digits.Length > 0 && digits[0] == '-';
        if (digits.Length > 0 && digits[0] is (byte)'-' or (byte)'+')
        {
            digits = digits[1..];
        }

        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            // Like PostgreSQL, which reads from the left: digits past the range are said before what is no digit.
            throw OverflowsBeforeJunk(digits, min) ? InputError.OutOfRange(type, text) : InputError.Syntax(type, text);
        }

        return TryRead(digits, negative, min, max, out long value) ? value : throw InputError.OutOfRange(type, text);
    }

    private static bool OverflowsBeforeJunk(ReadOnlySpan<byte> digits, long min)
    {
        int length = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return length > 0 && !TryAccumulate(digits[..length], min, out _);
    }

    private static bool TryRead(ReadOnlySpan<byte> digits, bool negative, long min, long max, out long value)
    {
        bool isInRange = TryAccumulate(digits, min, out long negated) && (negative || negated >= -max);
        value = negative ? negated : -negated;
        return isInRange;
    }

    /// <summary>Adds up downwards, since the smallest number has no positive counterpart.</summary>
    private static bool TryAccumulate(ReadOnlySpan<byte> digits, long min, out long negated)
    {
        negated = 0;
        foreach (byte digit in digits)
        {
            int d = digit - '0';
            if (negated < (min + d) / 10)
            {
                return false;
            }

            negated = (negated * 10) - d;
        }

        return true;
    }
}
