using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Copy;

/// <summary>COPY's CSV format (PostgreSQL manual, "COPY", CSV Format).</summary>
internal sealed class CsvCopyDecoder : LineCopyDecoder
{
    private readonly byte _quote;
    private readonly byte _escape;
    private readonly bool[] _forceNotNull;
    private readonly bool[] _forceNull;
    private readonly bool _forces;

    public CsvCopyDecoder(CopyOptions options, string relationName, IReadOnlyList<string> columnNames)
        : base(options, relationName, columnNames, LineScanner.ForCsv(options.QuoteByte, options.EscapeByte))
    {
        _quote = options.QuoteByte;
        _escape = options.EscapeByte;
        _forceNotNull = Flags(options.ForceNotNull, columnNames, "FORCE_NOT_NULL");
        _forceNull = Flags(options.ForceNull, columnNames, "FORCE_NULL");
        _forces = options.ForceNotNull.Count + options.ForceNull.Count > 0;
    }

    protected override void Split(ReadOnlySpan<byte> line, bool sawBackslash)
    {
        int at = 0;
        do
        {
            at = AddField(line, at);
        }
        while (at >= 0);

        if (_forces)
        {
            Force(line);
        }
    }

    private static bool[] Flags(IReadOnlyList<string> forced, IReadOnlyList<string> columnNames, string option)
    {
        string? unknown = forced.FirstOrDefault(f => !columnNames.Contains(f, StringComparer.Ordinal));
        return unknown is null
            ? [.. columnNames.Select(c => forced.Contains(c, StringComparer.Ordinal))]
            : throw new PgException(SqlState.InvalidColumnReference, $"{option} column \"{unknown}\" not referenced by COPY");
    }

    /// <summary>Adds the field that begins at an index. Returns where the next begins, -1 if there is none.</summary>
    private int AddField(ReadOnlySpan<byte> line, int start)
    {
        ReadOnlySpan<byte> rest = line[start..];
        int special = rest.IndexOfAny(Delimiter, _quote);
        if (special < 0 || rest[special] == Delimiter)
        {
            ReadOnlySpan<byte> field = special < 0 ? rest : rest[..special];
            if (field.SequenceEqual(NullText))
            {
                Fields.AddNull();
            }
            else
            {
                Fields.Add(start, field.Length);
            }

            return special < 0 ? -1 : start + special + 1;
        }

        if (special == 0)
        {
            // Nearly always the quotes are around the whole field, and there are none within.
            int length = rest[1..].IndexOfAny(_quote, _escape);
            int after = length + 2;
            if (length >= 0 && rest[length + 1] == _quote && (after == rest.Length || rest[after] == Delimiter))
            {
                Fields.Add(start + 1, length);
                return after == rest.Length ? -1 : start + after + 1;
            }
        }

        return RewriteField(line, start);
    }

    /// <summary>Reads a field with quotes anywhere.</summary>
    private int RewriteField(ReadOnlySpan<byte> line, int start)
    {
        int rewritten = Fields.RewrittenLength;
        int at = start;
        int next = -1;
        while (true)
        {
            ReadOnlySpan<byte> rest = line[at..];
            int special = rest.IndexOfAny(Delimiter, _quote);
            Fields.Rewrite(special < 0 ? rest : rest[..special]);
            if (special < 0)
            {
                break;
            }

            at += special + 1;
            if (rest[special] == Delimiter)
            {
                next = at;
                break;
            }

            RewriteQuoted(line, ref at);
        }

        Fields.AddRewritten(rewritten);
        return next;
    }

    /// <summary>Copies what stands between quotes; ends after the closing one.</summary>
    private void RewriteQuoted(ReadOnlySpan<byte> line, ref int at)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = line[at..];
            int special = rest.IndexOfAny(_quote, _escape);
            if (special < 0)
            {
                // It has swallowed whatever rows came after it.
                CanContinue = false;
                throw BadFormat("unterminated CSV quoted field");
            }

            Fields.Rewrite(rest[..special]);
            at += special + 1;
            byte found = rest[special];
            if (found == _escape && at < line.Length && (line[at] == _escape || line[at] == _quote))
            {
                Fields.Rewrite(line[at++]);
            }
            else if (found == _quote)
            {
                return;
            }
            else
            {
                Fields.Rewrite(found);
            }
        }
    }

    private void Force(ReadOnlySpan<byte> line)
    {
        int count = Math.Min(Fields.Count, _forceNull.Length);
        for (int i = 0; i < count; i++)
        {
            if (Fields.IsNull(i))
            {
                if (_forceNotNull[i])
                {
                    Fields.SetValue(i, NullText);
                }
            }
            else if (_forceNull[i] && Fields.ValueOf(i, line).SequenceEqual(NullText))
            {
                Fields.SetNull(i);
            }
        }
    }
}
