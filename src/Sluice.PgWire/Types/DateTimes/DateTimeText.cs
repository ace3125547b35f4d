using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>Everything that PostgreSQL reads as a date or time (PostgreSQL manual, 8.5.1 and B.1) and <see cref="IsoDateTime"/> does not.</summary>
internal static class DateTimeText
{
    public static long ParseTimestamp(ReadOnlySpan<byte> text, TextInputSettings settings) => ParseWord(text, PgType.Timestamp);

    public static long ParseTimestamptz(ReadOnlySpan<byte> text, TextInputSettings settings) => ParseWord(text, PgType.Timestamptz);

    private static long ParseWord(ReadOnlySpan<byte> text, PgType type)
    {
        ReadOnlySpan<byte> word = Blanks.Trim(text);
        if (Ascii.EqualsIgnoreCase(word, "infinity"u8))
        {
            return long.MaxValue;
        }

        return Ascii.EqualsIgnoreCase(word, "-infinity"u8)
            ? long.MinValue
            : throw new PgException(
                SqlState.InvalidDatetimeFormat, $"invalid input syntax for type {type.DisplayName}: \"{InputError.Show(text)}\"");
    }
}
