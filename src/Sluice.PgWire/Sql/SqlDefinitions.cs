using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Sql;

/// <summary>
/// Reads the statements that make foreign tables. Unlike others, what does not read as one is refused here, in the words and at the place of
/// PostgreSQL's own parser.
/// </summary>
public static class SqlDefinitions
{
    /// <summary>Reads CREATE FOREIGN TABLE.</summary>
    /// <param name="sql">The whole query string.</param>
    /// <param name="statement">The statement in it, which <see cref="SqlStatements.Analyze"/> has found to be one.</param>
    /// <param name="standardConformingStrings">The session's setting.</param>
    /// <exception cref="PgException">42601.</exception>
    public static CreateForeignTableStatement ReadCreateForeignTable(ReadOnlySpan<byte> sql, SqlSpan statement, bool standardConformingStrings = true)
    {
        var lexer = new SqlLexer(sql, statement, standardConformingStrings);
        lexer.Read();
        return ForeignTableReader.Read(ref lexer, statement);
    }

    /// <summary>Reads IMPORT FOREIGN SCHEMA.</summary>
    /// <param name="sql">The whole query string.</param>
    /// <param name="statement">The statement in it, which <see cref="SqlStatements.Analyze"/> has found to be one.</param>
    /// <param name="standardConformingStrings">The session's setting.</param>
    /// <exception cref="PgException">42601.</exception>
    public static ImportForeignSchemaStatement ReadImportForeignSchema(ReadOnlySpan<byte> sql, SqlSpan statement, bool standardConformingStrings = true)
    {
        var lexer = new SqlLexer(sql, statement, standardConformingStrings);
        lexer.Read();
        return ForeignSchemaReader.Read(ref lexer, statement);
    }
}
