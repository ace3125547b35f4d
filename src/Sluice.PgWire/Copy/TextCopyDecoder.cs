using Sluice.PgWire.Types;

namespace Sluice.PgWire.Copy;

/// <summary>COPY's text format (PostgreSQL manual, "COPY", Text Format).</summary>
internal sealed class TextCopyDecoder(CopyOptions options, string relationName, IReadOnlyList<string> columnNames)
    : LineCopyDecoder(options, relationName, columnNames, LineScanner.ForText())
{
    protected override void Split(ReadOnlySpan<byte> line, bool sawBackslash)
    {
        if (sawBackslash)
        {
            SplitEscaped(line);
        }
        else
        {
            SplitPlain(line);
        }
    }

    private void SplitPlain(ReadOnlySpan<byte> line)
    {
        int start = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = line[start..];
            int length = rest.IndexOf(Delimiter);
            AddPlain(start, length < 0 ? rest : rest[..length]);
            if (length < 0)
            {
                return;
            }

            start += length + 1;
        }
    }

    private void AddPlain(int start, ReadOnlySpan<byte> field)
    {
        if (field.SequenceEqual(NullText))
        {
            Fields.AddNull();
        }
        else
        {
            Fields.Add(start, field.Length);
        }
    }

    private void SplitEscaped(ReadOnlySpan<byte> line)
    {
        int at = 0;
        do
        {
            int start = at;
            int special = line[at..].IndexOfAny(Delimiter, (byte)'\\');
            if (special < 0)
            {
                AddPlain(start, line[start..]);
                return;
            }

            if (line[at + special] == Delimiter)
            {
                AddPlain(start, line.Slice(start, special));
                at += special + 1;
                continue;
            }

            at = Unescape(line, start);
        }
        while (at >= 0);
    }

    /// <summary>Reads a field with escapes. Returns where the next begins, -1 if there is none.</summary>
    private int Unescape(ReadOnlySpan<byte> line, int start)
    {
        int rewritten = Fields.RewrittenLength;
        bool wroteAnyByte = false;
        int at = start;
        int end;
        int next = -1;
        while (true)
        {
            ReadOnlySpan<byte> rest = line[at..];
            int run = rest.IndexOfAny(Delimiter, (byte)'\\');
            Fields.Rewrite(run < 0 ? rest : rest[..run]);
            if (run < 0)
            {
                end = line.Length;
                break;
            }

            at += run + 1;
            if (line[at - 1] == Delimiter)
            {
                end = at - 1;
                next = at;
                break;
            }

            if (at == line.Length)
            {
                // A backslash at the line's end is dropped.
                end = at - 1;
                break;
            }

            byte value = Escape(line, ref at, out bool isNumeric);
            wroteAnyByte |= isNumeric && value is 0 or >= 0x80;
            Fields.Rewrite(value);
        }

        if (line[start..end].SequenceEqual(NullText))
        {
            Fields.AddNull();
            return next;
        }

        if (wroteAnyByte)
        {
            Utf8Text.Validate(Fields.RewrittenFrom(rewritten));
        }

        Fields.AddRewritten(rewritten);
        return next;
    }

    /// <summary>The byte that an escape stands for. A digit sequence or a hex sequence can make bytes that are no text.</summary>
    private static byte Escape(ReadOnlySpan<byte> line, ref int at, out bool isNumeric)
    {
        byte c = line[at++];
        isNumeric = true;
        if (c is >= (byte)'0' and <= (byte)'7')
        {
            int value = c - '0';
            for (int digits = 1; digits < 3 && at < line.Length && line[at] is >= (byte)'0' and <= (byte)'7'; digits++)
            {
                value = (value << 3) | (line[at++] - '0');
            }

            return (byte)value;
        }

        if (c == 'x' && at < line.Length && char.IsAsciiHexDigit((char)line[at]))
        {
            int value = HexDigit(line[at++]);
            if (at < line.Length && char.IsAsciiHexDigit((char)line[at]))
            {
                value = (value << 4) | HexDigit(line[at++]);
            }

            return (byte)value;
        }

        isNumeric = false;
        return c switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'v' => (byte)'\v',
            _ => c,
        };
    }

    private static int HexDigit(byte b) => b <= '9' ? b - '0' : (b & 0x0f) + 9;
}
