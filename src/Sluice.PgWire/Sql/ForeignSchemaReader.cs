using static Sluice.PgWire.Sql.SqlExpectations;

namespace Sluice.PgWire.Sql;

/// <summary>Reads IMPORT FOREIGN SCHEMA from its first word (PostgreSQL manual, SQL commands).</summary>
internal static class ForeignSchemaReader
{
    public static ImportForeignSchemaStatement Read(ref SqlLexer lexer, SqlSpan span)
    {
        Expect(ref lexer, "import"u8);
        Expect(ref lexer, "foreign"u8);
        Expect(ref lexer, "schema"u8);
        var remote = ExpectName(ref lexer);
        var (selection, tables) = ReadSelection(ref lexer);
        Expect(ref lexer, "from"u8);
        Expect(ref lexer, "server"u8);
        var server = ExpectName(ref lexer);
        Expect(ref lexer, "into"u8);
        var local = ExpectName(ref lexer);
        var options = SqlOptionsReader.Read(ref lexer);
        ExpectEnd(ref lexer);
        return new ImportForeignSchemaStatement(span, remote, selection, tables, server, local, options);
    }

    private static (ImportSelection Selection, IReadOnlyList<string> Tables) ReadSelection(ref SqlLexer lexer)
    {
        var selection = ImportSelection.All;
        if (lexer.Accept("limit"u8))
        {
            Expect(ref lexer, "to"u8);
            selection = ImportSelection.LimitTo;
        }
        else if (lexer.Accept("except"u8))
        {
            selection = ImportSelection.Except;
        }
        else
        {
            return (selection, []);
        }

        var tables = new List<string>();
        Expect(ref lexer, SqlTokenKind.OpenParenthesis);
        do
        {
            tables.Add(ExpectRelation(ref lexer).Name);
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        Expect(ref lexer, SqlTokenKind.CloseParenthesis);
        return (selection, tables);
    }
}
