using System.Globalization;
using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>One statement of postgres_fdw, taken apart.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Cursor">The cursor's name, where there is one.</param>
/// <param name="Count">Of a FETCH, the number of rows asked for.</param>
/// <param name="Query">Of EXPLAIN and DECLARE, the SELECT.</param>
internal sealed record ScanStatement(ScanStatementKind Kind, string Cursor = "", int Count = 0, string Query = "")
{
    /// <summary>Takes <paramref name="statement"/>, one stretch of <paramref name="sql"/>, apart.</summary>
    /// <exception cref="PgWire.Protocol.PgException">42601: a string or comment never ends.</exception>
    public static ScanStatement Parse(ReadOnlySpan<byte> sql, SqlSpan statement)
    {
        var lexer = new SqlLexer(sql, statement);
        lexer.Read();
        if (lexer.Accept("explain"u8))
        {
            return lexer.Is("select"u8) ? new(ScanStatementKind.Explain, Query: Rest(ref lexer)) : Other;
        }

        if (lexer.Accept("declare"u8))
        {
            var cursor = Name(ref lexer);
            return lexer.Accept("cursor"u8) && lexer.Accept("for"u8) && lexer.Is("select"u8)
                ? new(ScanStatementKind.DeclareCursor, cursor, Query: Rest(ref lexer))
                : Other;
        }

        if (lexer.Accept("fetch"u8))
        {
            return ParseFetch(ref lexer);
        }

        if (lexer.Accept("close"u8))
        {
            return new(ScanStatementKind.CloseCursor, Name(ref lexer));
        }

        if (lexer.Accept("move"u8))
        {
            return lexer.Accept("backward"u8) && lexer.Accept("all"u8) && lexer.Accept("in"u8)
                ? new(ScanStatementKind.MoveBackward, Name(ref lexer))
                : Other;
        }

        return new(KindOf(ref lexer));
    }

    private static ScanStatement Other { get; } = new(ScanStatementKind.Other);

    private static ScanStatementKind KindOf(ref SqlLexer lexer)
    {
        if (lexer.Accept("rollback"u8))
        {
            return lexer.Is("to"u8) ? ScanStatementKind.RollbackTo : ScanStatementKind.Abort;
        }

        return lexer.Is("set"u8) ? ScanStatementKind.Set
            : lexer.Is("start"u8) ? ScanStatementKind.StartTransaction
            : lexer.Is("commit"u8) ? ScanStatementKind.Commit
            : lexer.Is("abort"u8) ? ScanStatementKind.Abort
            : lexer.Is("savepoint"u8) ? ScanStatementKind.Savepoint
            : lexer.Is("release"u8) ? ScanStatementKind.Release
            : lexer.Is("deallocate"u8) ? ScanStatementKind.Deallocate
            : ScanStatementKind.Other;
    }

    private static ScanStatement ParseFetch(ref SqlLexer lexer)
    {
        if (!int.TryParse(lexer.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return Other;
        }

        lexer.Read();
        return lexer.Accept("from"u8) ? new(ScanStatementKind.Fetch, Name(ref lexer), count) : Other;
    }

    private static string Name(ref SqlLexer lexer)
    {
        var name = Encoding.UTF8.GetString(lexer.Text);
        lexer.Read();
        return name;
    }

    private static string Rest(ref SqlLexer lexer) => Encoding.UTF8.GetString(lexer.Sql[lexer.Token.Start..]);
}
