using System.Globalization;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>The text format of one-dimensional arrays (PostgreSQL manual, 8.15.2 and 8.15.6).</summary>
internal static class ArrayText
{
    private const int MaxDimensions = 6;

    private enum State
    {
        Opened,
        Element,
        Quoted,
        QuotedEnd,
        Delimited,
    }

    /// <summary>
    /// Appends the elements of an array. The whole text is checked before the first element is converted, as in PostgreSQL.
    /// </summary>
    /// <param name="text">The array.</param>
    /// <param name="elements">Where to.</param>
    /// <param name="scratch">Holds elements that have quotes or escapes.</param>
    public static void AppendElements(ReadOnlySpan<byte> text, Column elements, ByteArena scratch)
    {
        Utf8Text.Validate(text);
        int open = ReadDimensions(text, out int? length);
        int count = Check(text, open);
        if (length is { } declared && declared != count)
        {
            throw Malformed(text, "Specified array dimensions do not match array contents.");
        }

        int at = open + 1;
        for (int i = 0; i < count; i++)
        {
            AppendElement(text, ref at, elements, scratch);
        }
    }

    /// <summary>More than one dimension, which no column here has.</summary>
    public static PgException Multidimensional() => new(
        SqlState.FeatureNotSupported,
        "multidimensional arrays are not supported here",
        hint: "Give an array of one dimension, such as {1,2,3}.");

    private static PgException Malformed(ReadOnlySpan<byte> text, string detail) =>
        new(SqlState.InvalidTextRepresentation, $"malformed array literal: \"{Encoding.UTF8.GetString(text)}\"", detail);

    private static int SkipBlanks(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && Blanks.IsBlank(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool Is(ReadOnlySpan<byte> text, int at, byte b) => at < text.Length && text[at] == b;

    /// <summary>Reads bounds such as <c>[1:3]=</c>, if there are any, and returns where the opening brace is.</summary>
    private static int ReadDimensions(ReadOnlySpan<byte> text, out int? length)
    {
        length = null;
        int at = SkipBlanks(text, 0);
        if (!Is(text, at, (byte)'['))
        {
            return Is(text, at, (byte)'{') ? at : throw Malformed(text, "Array value must start with \"{\" or dimension information.");
        }

        at++;
        int upper = ReadBound(text, ref at, "\"[\" must introduce explicitly-specified array dimensions.");
        int lower = 1;
        if (Is(text, at, (byte)':'))
        {
            at++;
            lower = upper;
            upper = ReadBound(text, ref at, "Missing array dimension value.");
        }

        if (!Is(text, at, (byte)']'))
        {
            throw Malformed(text, "Missing \"]\" after array dimensions.");
        }

        if (upper < lower)
        {
            throw new PgException(SqlState.ArraySubscriptError, "upper bound cannot be less than lower bound");
        }

        at = SkipBlanks(text, at + 1);
        if (Is(text, at, (byte)'['))
        {
            throw Multidimensional();
        }

        if (!Is(text, at, (byte)'='))
        {
            throw Malformed(text, "Missing \"=\" after array dimensions.");
        }

        at = SkipBlanks(text, at + 1);
        length = upper - lower + 1;
        return Is(text, at, (byte)'{') ? at : throw Malformed(text, "Array contents must start with \"{\".");
    }

    private static int ReadBound(ReadOnlySpan<byte> text, ref int at, string missing)
    {
        int start = at;
        while (at < text.Length && (char.IsAsciiDigit((char)text[at]) || text[at] is (byte)'-' or (byte)'+'))
        {
            at++;
        }

        if (at == start)
        {
            throw Malformed(text, missing);
        }

        return int.TryParse(text[start..at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int bound)
            ? bound
            : throw Malformed(text, missing);
    }

    /// <summary>Checks the syntax from the opening brace on, and counts the elements.</summary>
    private static int Check(ReadOnlySpan<byte> text, int open)
    {
        State state = State.Opened;
        int count = 0;
        for (int at = open + 1; at < text.Length; at++)
        {
            byte b = text[at];
            if (b == '\\')
            {
                if (state == State.QuotedEnd)
                {
                    throw Malformed(text, "Unexpected \"\\\" character.");
                }

                state = state == State.Quoted ? state : State.Element;
                at++;
            }
            else if (b == '"')
            {
                state = state switch
                {
                    State.Quoted => State.QuotedEnd,
                    State.Opened or State.Delimited => State.Quoted,
                    _ => throw Malformed(text, "Unexpected array element."),
                };
            }
            else if (state != State.Quoted && !Blanks.IsBlank(b))
            {
                switch (b)
                {
                    case (byte)'{':
                        throw state == State.Opened ? Nested(text, at) : Malformed(text, "Unexpected \"{\" character.");
                    case (byte)'}' when state == State.Delimited:
                        throw Malformed(text, "Unexpected \"}\" character.");
                    case (byte)'}':
                        return SkipBlanks(text, at + 1) == text.Length
                            ? count + (state == State.Opened ? 0 : 1)
                            : throw Malformed(text, "Junk after closing right brace.");
                    case (byte)',' when state is State.Opened or State.Delimited:
                        throw Malformed(text, "Unexpected \",\" character.");
                    case (byte)',':
                        count++;
                        state = State.Delimited;
                        break;
                    default:
                        state = state != State.QuotedEnd ? State.Element : throw Malformed(text, "Unexpected array element.");
                        break;
                }
            }
        }

        throw Malformed(text, "Unexpected end of input.");
    }

    private static PgException Nested(ReadOnlySpan<byte> text, int at)
    {
        int depth = 1;
        for (; at < text.Length && (text[at] == '{' || Blanks.IsBlank(text[at])); at++)
        {
            depth += text[at] == '{' ? 1 : 0;
        }

        return depth <= MaxDimensions
            ? Multidimensional()
            : new PgException(
                SqlState.ProgramLimitExceeded, $"number of array dimensions ({depth}) exceeds the maximum allowed ({MaxDimensions})");
    }

    /// <summary>Converts the element at an index, and moves on behind the delimiter after it.</summary>
    private static void AppendElement(ReadOnlySpan<byte> text, ref int at, Column elements, ByteArena scratch)
    {
        at = SkipBlanks(text, at);
        ReadOnlySpan<byte> rest = text[at..];
        int end = rest.IndexOfAny("\",}\\"u8);
        if (rest[end] is (byte)',' or (byte)'}')
        {
            ReadOnlySpan<byte> plain = Blanks.Trim(rest[..end]);
            at += end + 1;
            if (Ascii.EqualsIgnoreCase(plain, "null"u8))
            {
                elements.AppendNull();
            }
            else
            {
                elements.AppendText(plain);
            }

            return;
        }

        Unescape(text, ref at, scratch);
        elements.AppendText(scratch.Bytes);
    }

    /// <summary>Copies an element without quotes and backslashes, and without blanks at its end that neither protects.</summary>
    private static void Unescape(ReadOnlySpan<byte> text, ref int at, ByteArena scratch)
    {
        scratch.Length = 0;
        int kept = 0;
        bool inQuotes = false;
        for (; inQuotes || text[at] is not ((byte)',' or (byte)'}'); at++)
        {
            byte b = text[at];
            if (b == '"')
            {
                inQuotes = !inQuotes;
                kept = scratch.Length;
                continue;
            }

            bool isEscaped = b == '\\';
            scratch.Append(isEscaped ? text[++at] : b);
            if (inQuotes || isEscaped || !Blanks.IsBlank(b))
            {
                kept = scratch.Length;
            }
        }

        scratch.Length = kept;
        at++;
    }
}
