using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Reads.KeySets;

/// <summary>The expressions of a plan, as PostgreSQL prints them.</summary>
internal static class PlanExpression
{
    /// <summary>Functions that give the same whenever they are asked, and are no words of SQL.</summary>
    private static readonly FrozenSet<string> Immutable = FrozenSet.ToFrozenSet(
        [
            "lower", "upper", "btrim", "ltrim", "rtrim", "replace", "substr", "substring", "left", "right", "lpad", "rpad", "split_part", "translate",
            "md5", "abs", "coalesce", "nullif", "any", "all", "and", "or", "not", "in", "row", "varchar", "numeric", "varying", "bpchar", "length", "reverse",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The equations that must all hold for <paramref name="condition"/> to: those of an AND at its top.</summary>
    public static IEnumerable<(string Left, string Right)> Equations(string condition)
    {
        foreach (var part in Split(Strip(condition), " AND "))
        {
            if (Split(Strip(part), " = ") is [var left, var right])
            {
                yield return (left, right);
            }
        }
    }

    /// <summary>Takes off the parentheses around the whole.</summary>
    public static string Strip(string text)
    {
        text = text.Trim();
        while (text is ['(', .., ')'] && Split(text[1..^1], ")") is [_])
        {
            text = text[1..^1].Trim();
        }

        return text;
    }

    /// <summary><c>a.id</c>, or <c>(a.name)::text</c>, which PostgreSQL writes for a VARCHAR that is compared: alias and column.</summary>
    public static (string Alias, string Column)? AsColumn(string expression)
    {
        var lexer = new SqlLexer(Encoding.UTF8.GetBytes(expression.EndsWith(")::text", StringComparison.Ordinal) ? Strip(expression[..^6]) : Strip(expression)));
        lexer.Read();
        if (!lexer.Token.IsName)
        {
            return null;
        }

        var alias = SqlLiteral.Name(lexer.Sql, lexer.Token);
        lexer.Read();
        if (!lexer.Accept(SqlTokenKind.Dot) || !lexer.Token.IsName)
        {
            return null;
        }

        var column = SqlLiteral.Name(lexer.Sql, lexer.Token);
        return lexer.Read() ? null : (alias, column);
    }

    /// <summary>
    /// Whether the expression can be computed from rows of the relation called <paramref name="alias"/> alone, at any time, with the same result.
    /// </summary>
    public static bool IsOver(string expression, string alias)
    {
        var lexer = new SqlLexer(Encoding.UTF8.GetBytes(expression));
        var usesAlias = false;
        lexer.Read();
        while (lexer.Kind != SqlTokenKind.End)
        {
            if (lexer.Kind == SqlTokenKind.Parameter)
            {
                return false;
            }

            var token = lexer.Token;
            if (!token.IsName)
            {
                lexer.Read();
                continue;
            }

            var name = SqlLiteral.Name(lexer.Sql, token);
            lexer.Read();
            if (lexer.Accept(SqlTokenKind.Dot))
            {
                if (name != alias)
                {
                    return false;
                }

                usesAlias = true;
                lexer.Read();
            }
            else if ((lexer.Kind == SqlTokenKind.OpenParenthesis && !Immutable.Contains(name)) || name is "subplan" or "initplan" or "current_user" or "now")
            {
                return false;
            }
        }

        return usesAlias;
    }

    /// <summary>The parts of <paramref name="text"/> between separators that stand in no parentheses and no quotes.</summary>
    private static List<string> Split(string text, string separator)
    {
        List<string> parts = [];
        var (start, scan) = (0, default(Scan));
        for (var i = 0; i < text.Length; i++)
        {
            if (scan is { Depth: 0, Quote: '\0' } && string.CompareOrdinal(text, i, separator, 0, separator.Length) == 0)
            {
                parts.Add(text[start..i]);
                start = i + separator.Length;
            }

            scan = scan.After(text[i]);
        }

        parts.Add(text[start..]);
        return parts;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Scan(int Depth, char Quote)
    {
        public Scan After(char c) => c switch
        {
            _ when Quote != '\0' => c == Quote ? this with { Quote = '\0' } : this,
            '\'' or '"' => this with { Quote = c },
            '(' or '[' => this with { Depth = Depth + 1 },
            ')' or ']' => this with { Depth = Depth - 1 },
            _ => this,
        };
    }
}
