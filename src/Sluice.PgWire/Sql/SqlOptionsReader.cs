namespace Sluice.PgWire.Sql;

/// <summary><c>OPTIONS (name 'value', …)</c> of foreign tables (PostgreSQL's grammar: create_generic_options).</summary>
internal static class SqlOptionsReader
{
    /// <summary>The options at the current token, which need not be there.</summary>
    /// <exception cref="Protocol.PgException">42601.</exception>
    public static IReadOnlyList<SqlOption> Read(ref SqlLexer lexer)
    {
        var options = new List<SqlOption>();
        if (!lexer.Accept("options"u8))
        {
            return options;
        }

        SqlExpectations.Expect(ref lexer, SqlTokenKind.OpenParenthesis);
        do
        {
            // Any word can name an option, reserved ones too.
            if (!lexer.Token.IsName)
            {
                throw SqlExpectations.Unexpected(ref lexer);
            }

            var name = SqlGrammar.ReadName(ref lexer);
            if (!lexer.Token.IsString)
            {
                throw SqlExpectations.Unexpected(ref lexer);
            }

            options.Add(new SqlOption(name, SqlLiteral.Text(lexer.Sql, lexer.Token)));
            lexer.Read();
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        SqlExpectations.Expect(ref lexer, SqlTokenKind.CloseParenthesis);
        return options;
    }
}
