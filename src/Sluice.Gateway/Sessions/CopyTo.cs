using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// COPY table TO reads the table itself and not its child, so of a CDF table it would silently return nothing (rules.md R9). It becomes COPY of a query.
/// </summary>
internal static class CopyTo
{
    /// <summary>The statement's text for the engine.</summary>
    public static async ValueTask<byte[]> RewriteAsync(SessionCore core, byte[] sql, CopyStatement copy)
    {
        if (await core.ResolveAsync(copy.Target!.Name) is not { } table)
        {
            return copy.Span.Of(sql).ToArray();
        }

        // Generated columns are not part of a COPY without a column list.
        var names = copy.Columns?.Select(c => c.Name)
            ?? table.Columns.Where(c => c.Role != Tables.ColumnRole.Generated).Select(c => c.Name);
        var list = string.Join(", ", names.Select(SqlIdentifier.Quote));
        var end = copy.Columns is null ? copy.Target.Span.End : EndOfList(sql, copy.Columns[^1].Span.End, copy.Span.End);
        return
        [
            .. sql.AsSpan(copy.Span.Start, copy.Target.Span.Start - copy.Span.Start),
            .. Encoding.UTF8.GetBytes($"(SELECT {list} FROM {copy.Target.Name})"),
            .. sql.AsSpan(end, copy.Span.End - end),
        ];
    }

    private static int EndOfList(byte[] sql, int lastName, int end)
    {
        var lexer = new SqlLexer(sql, new SqlSpan(lastName, end), standardConformingStrings: true);
        lexer.Read();
        return lexer.Token.End;
    }
}
