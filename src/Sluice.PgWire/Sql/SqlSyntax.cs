using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Sql;

/// <summary>Syntax errors as PostgreSQL's scanner words and places them.</summary>
public static class SqlSyntax
{
    // PostgreSQL repeats all that is left of the query; a megabyte of it helps nobody.
    private const int QuotedLimit = 200;

    /// <summary>The 1-based position in characters of byte <paramref name="offset"/> of <paramref name="sql"/>, as field <c>P</c> counts.</summary>
    public static int PositionOf(ReadOnlySpan<byte> sql, int offset)
    {
        var position = 1;
        foreach (var b in sql[..Math.Min(offset, sql.Length)])
        {
            if ((b & 0xC0) != 0x80)
            {
                position++;
            }
        }

        return position;
    }

    /// <summary>42601 <c>… at or near "…"</c>, quoting from <paramref name="offset"/> to <paramref name="end"/>, or <c>… at end of input</c>.</summary>
    internal static PgException ErrorNear(ReadOnlySpan<byte> sql, int offset, int end, string message)
    {
        var near = sql[offset..Math.Min(end, sql.Length)];
        var place = near.IsEmpty ? "at end of input" : $"at or near \"{Quoted(near)}\"";
        return Error(sql, offset, SqlState.SyntaxError, $"{message} {place}");
    }

    internal static PgException Error(ReadOnlySpan<byte> sql, int offset, string sqlState, string message, string? hint = null) =>
        new(new PgError { SqlState = sqlState, Message = message, Hint = hint, Position = PositionOf(sql, offset) });

    private static string Quoted(ReadOnlySpan<byte> text)
    {
        var cut = text.Length;
        if (cut > QuotedLimit)
        {
            cut = QuotedLimit;
            while (cut > 0 && (text[cut] & 0xC0) == 0x80)
            {
                cut--;
            }
        }

        return Encoding.UTF8.GetString(text[..cut]);
    }
}
