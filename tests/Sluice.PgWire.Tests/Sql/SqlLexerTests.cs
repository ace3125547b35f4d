using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

public sealed class SqlLexerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("select 1", "Identifier:select Integer:1")]
    [InlineData("SELECT a.b , \"C d\"", "Identifier:SELECT Identifier:a Dot:. Identifier:b Comma:, QuotedIdentifier:\"C d\"")]
    [InlineData("'it''s' E'a\\'b' N'x' B'01' X'1F'", "String:'it''s' EscapeString:E'a\\'b' NationalString:N'x' BitString:B'01' HexString:X'1F'")]
    [InlineData("$$a'b$$ $t$ $$ $t$ $1 $12", "DollarString:$$a'b$$ DollarString:$t$ $$ $t$ Parameter:$1 Parameter:$12")]
    [InlineData("a$1 $ $a", "Identifier:a$1 Other:$ Other:$ Identifier:a")]
    [InlineData("1 1.5 .5 5. 1e10 1.5e-3 1..2", "Integer:1 Decimal:1.5 Decimal:.5 Decimal:5. Decimal:1e10 Decimal:1.5e-3 Integer:1 Other:.. Integer:2")]
    [InlineData("0x1F 1_000 12abc 1e $1a", "OtherNumber:0x1F OtherNumber:1_000 OtherNumber:12abc OtherNumber:1e OtherNumber:$1a")]
    [InlineData("a::int b:=1 c:d", "Identifier:a Cast::: Identifier:int Identifier:b Other::= Integer:1 Identifier:c Other:: Identifier:d")]
    [InlineData("1+-2", "Integer:1 Operator:+ Operator:- Integer:2")]
    [InlineData("a @- b", "Identifier:a Operator:@- Identifier:b")]
    [InlineData("a<>b>=c!=d", "Identifier:a Operator:<> Identifier:b Operator:>= Identifier:c Operator:!= Identifier:d")]
    [InlineData("a=-1", "Identifier:a Operator:= Operator:- Integer:1")]
    [InlineData("a*/*c*/b", "Identifier:a Operator:* Identifier:b")]
    [InlineData("a+--c\nb", "Identifier:a Operator:+ Identifier:b")]
    [InlineData("a /* x /* y */ z */ b -- end", "Identifier:a Identifier:b")]
    [InlineData("'a'\n  'b' 'c'", "String:'a'\n  'b' String:'c'")]
    [InlineData("'a' -- note\n 'b'", "String:'a' -- note\n 'b'")]
    [InlineData("'a' /* no */\n 'b'", "String:'a' String:'b'")]
    [InlineData("U&'d\\0061t' uescape '!' x", "UnicodeString:U&'d\\0061t' uescape '!' Identifier:x")]
    [InlineData("U&\"d!0061t\" UESCAPE '!'", "UnicodeIdentifier:U&\"d!0061t\" UESCAPE '!'")]
    [InlineData("u & 'x'", "Identifier:u Operator:& String:'x'")]
    [InlineData("größe = 'æ'", "Identifier:größe Operator:= String:'æ'")]
    [InlineData("(a)[1];", "OpenParenthesis:( Identifier:a CloseParenthesis:) OpenBracket:[ Integer:1 CloseBracket:] Semicolon:;")]
    [InlineData("a {\\} b", "Identifier:a Other:{ Other:\\ Other:} Identifier:b")]
    public void Tokens_are_those_of_PostgreSQL(string sql, string expected) => Assert.Equal(expected, Describe(sql));

    [Fact]
    public void A_plain_string_has_backslash_escapes_when_standard_conforming_strings_is_off()
    {
        Assert.Equal("EscapeString:'a\\'b'", Describe("'a\\'b'", standardStrings: false));
        Assert.Equal("String:'a\\' Identifier:b", Describe("'a\\'b", standardStrings: true));
    }

    [Theory]
    [InlineData("select 'abc", "unterminated quoted string at or near \"'abc\"", 8)]
    [InlineData("select 'æ', 'abc", "unterminated quoted string at or near \"'abc\"", 13)]
    [InlineData("select E'abc\\'", "unterminated quoted string at or near \"E'abc\\'\"", 8)]
    [InlineData("select \"abc", "unterminated quoted identifier at or near \"\"abc\"", 8)]
    [InlineData("select \"\"", "zero-length delimited identifier at or near \"\"\"\"", 8)]
    [InlineData("select $a$ $b$", "unterminated dollar-quoted string at or near \"$a$ $b$\"", 8)]
    [InlineData("select 1 /* /* */", "unterminated /* comment at or near \"/* /* */\"", 10)]
    [InlineData("select B'01", "unterminated bit string literal at or near \"B'01\"", 8)]
    [InlineData("select X'01", "unterminated hexadecimal string literal at or near \"X'01\"", 8)]
    [InlineData("U&'a' UESCAPE 5", "UESCAPE must be followed by a simple string literal at or near \"5\"", 15)]
    [InlineData("U&'a' UESCAPE '+'", "invalid Unicode escape character at or near \"'+'\"", 15)]
    [InlineData("U&'a' UESCAPE", "UESCAPE must be followed by a simple string literal at end of input", 14)]
    public void What_never_ends_is_42601_with_words_and_position_of_PostgreSQL(string sql, string message, int position)
    {
        var error = Assert.Throws<PgException>(() => Describe(sql)).Error;
        Assert.Equal(SqlState.SyntaxError, error.SqlState);
        Assert.Equal(message, error.Message);
        Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("'it''s'", "it's")]
    [InlineData("''", "")]
    [InlineData("''''", "'")]
    [InlineData("'a'\n'b'\r\n -- c\n 'd''e'", "abd'e")]
    [InlineData("$$it's$$", "it's")]
    [InlineData("$x$a$$b$x$", "a$$b")]
    [InlineData("E'a\\nb\\tc\\\\d\\'e''f'", "a\nb\tc\\d'e'f")]
    [InlineData("E'\\101\\x42\\u0043\\U00000044\\q'", "ABCDq")]
    [InlineData("E'\\xc3\\xa6'", "æ")]
    [InlineData("E'\\ud83d\\ude00'", "😀")]
    [InlineData("E'a\\n'\n'b\\n'", "a\nb\n")]
    [InlineData("U&'d\\0061t\\+000061 \\\\'", "data \\")]
    [InlineData("U&'d!0061t!+000061' UESCAPE '!'", "data")]
    [InlineData("U&'\\D83D\\DE00'", "😀")]
    [InlineData("U&'plain'", "plain")]
    [InlineData("'æøå'", "æøå")]
    public void String_constants_are_decoded(string sql, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var lexer = new SqlLexer(bytes);
        Assert.True(lexer.Read());
        Assert.True(lexer.Token.IsString);
        Assert.Equal(expected, SqlLiteral.Text(bytes, lexer.Token));
        Assert.False(lexer.Read());
    }

    [Fact]
    public void Escapes_count_in_a_plain_string_when_standard_conforming_strings_is_off()
    {
        var sql = "'a\\tb''c'"u8.ToArray();
        var lexer = new SqlLexer(sql, standardConformingStrings: false);
        lexer.Read();
        Assert.Equal("a\tb'c", SqlLiteral.Text(sql, lexer.Token));
    }

    [Theory]
    [InlineData("E'\\u00'", SqlState.InvalidEscapeSequence)]
    [InlineData("E'\\ud83d'", SqlState.SyntaxError)]
    [InlineData("E'\\ude00'", SqlState.SyntaxError)]
    [InlineData("E'\\U00110000'", SqlState.SyntaxError)]
    [InlineData("E'\\xff'", SqlState.CharacterNotInRepertoire)]
    [InlineData("E'\\0'", SqlState.CharacterNotInRepertoire)]
    [InlineData("U&'\\00'", SqlState.SyntaxError)]
    [InlineData("U&'\\D83Dx'", SqlState.SyntaxError)]
    public void Escapes_that_mean_nothing_are_errors(string sql, string sqlState)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var token = First(bytes);
        Assert.Equal(sqlState, Assert.Throws<PgException>(() => SqlLiteral.Text(bytes, token)).Error.SqlState);
    }

    [Theory]
    [InlineData("Assets", "assets")]
    [InlineData("\"Assets\"", "Assets")]
    [InlineData("\"a\"\"b\"", "a\"b")]
    [InlineData("U&\"d\\0061t\\0061\"", "data")]
    [InlineData("GRÖSSE", "grÖsse")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg")]
    [InlineData("\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggæ\"", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg")]
    public void Names_are_folded_and_cut_as_PostgreSQL_does(string sql, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        Assert.Equal(expected, SqlLiteral.Name(bytes, First(bytes)));
    }

    [Fact]
    public void A_position_counts_characters_not_bytes() =>
        Assert.Equal(4, SqlSyntax.PositionOf("æ😀€x"u8, 9));

    private static SqlToken First(byte[] sql)
    {
        var lexer = new SqlLexer(sql);
        lexer.Read();
        return lexer.Token;
    }

    private static string Describe(string sql, bool standardStrings = true)
    {
        var lexer = new SqlLexer(Encoding.UTF8.GetBytes(sql), standardStrings);
        var tokens = new List<string>();
        while (lexer.Read())
        {
            tokens.Add($"{lexer.Kind}:{Encoding.UTF8.GetString(lexer.Text)}");
        }

        return string.Join(' ', tokens);
    }
}
