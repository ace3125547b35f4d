using System.Collections.Frozen;
using System.Text;

namespace Sluice.PgWire.Sql;

/// <summary>The words that cannot name a column or a relation without quotes (PostgreSQL manual, appendix C).</summary>
internal static class SqlKeywords
{
    private const int LongestWord = 17;

    // Reserved, and reserved except as a function's or a type's name.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Reserved = new[]
    {
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check", "collate", "column",
        "constraint", "create", "current_catalog", "current_date", "current_role", "current_time", "current_timestamp", "current_user", "default",
        "deferrable", "desc", "distinct", "do", "else", "end", "except", "false", "fetch", "for", "foreign", "from", "grant", "group", "having",
        "in", "initially", "intersect", "into", "lateral", "leading", "limit", "localtime", "localtimestamp", "not", "null", "offset", "on", "only",
        "or", "order", "placing", "primary", "references", "returning", "select", "session_user", "some", "symmetric", "system_user", "table",
        "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "when", "where", "window", "with",
        "authorization", "binary", "collation", "concurrently", "cross", "current_schema", "freeze", "full", "ilike", "inner", "is", "isnull",
        "join", "left", "like", "natural", "notnull", "outer", "overlaps", "right", "similar", "tablesample", "verbose",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The current token can name a column, a relation or an alias: a quoted identifier, or a word that is not reserved.</summary>
    public static bool IsPlainName(ref SqlLexer lexer) => lexer.Token.IsName && !IsReserved(ref lexer);

    /// <summary>The current token is a reserved word.</summary>
    public static bool IsReserved(ref SqlLexer lexer)
    {
        if (lexer.Kind != SqlTokenKind.Identifier || lexer.Text.Length > LongestWord)
        {
            return false;
        }

        Span<char> word = stackalloc char[LongestWord];
        return Ascii.ToLower(lexer.Text, word, out var length) == System.Buffers.OperationStatus.Done && Reserved.Contains(word[..length]);
    }
}
