using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.PgWire.Sql;

/// <summary>A name that stands where a relation's name may stand.</summary>
/// <param name="Name">The name after folding.</param>
/// <param name="Span">Where it stands.</param>
/// <param name="IsWritten">It stands where a statement, or one inside WITH, names what it writes to.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlRelation(QualifiedName Name, SqlSpan Span, bool IsWritten);

/// <summary>
/// Finds the relations that a statement of any kind may mention, subqueries included: behind FROM, JOIN, USING, INTO, UPDATE and TABLE, and
/// behind the commas of such lists. Some that it finds are none (names of WITH, columns in <c>extract(year FROM c)</c>); none is missed but
/// those that views, functions and strings hide.
/// </summary>
public static class SqlRelations
{
    /// <summary>The names in the order of the text, each as often as it stands there.</summary>
    /// <param name="sql">The whole query string.</param>
    /// <param name="statement">One of the stretches that <see cref="SqlStatements.Split"/> found.</param>
    /// <param name="standardConformingStrings">The session's setting.</param>
    public static IReadOnlyList<SqlRelation> Find(ReadOnlySpan<byte> sql, SqlSpan statement, bool standardConformingStrings = true)
    {
        var lexer = new SqlLexer(sql, statement, standardConformingStrings);
        lexer.Read();
        var finder = new Finder(ref lexer);
        while (lexer.Kind != SqlTokenKind.End)
        {
            finder.Step(ref lexer);
        }

        return finder.Found;
    }

    /// <summary>What is known inside one pair of parentheses.</summary>
    [StructLayout(LayoutKind.Auto)]
    private record struct Level(bool Expects, bool InList, bool IsWritten, int Joins, bool IsCross);

    private struct Finder
    {
        private readonly Stack<Level> _outer = new();
        private readonly bool _isCopy;
        private Level _level;
        private SqlToken _previous;

        public Finder(ref SqlLexer lexer)
        {
            _isCopy = lexer.Is("copy"u8);
            var truncates = lexer.Is("truncate"u8);
            var lists = truncates || lexer.Is("lock"u8);
            if (lists || _isCopy || lexer.Is("table"u8))
            {
                _level = new Level(Expects: true, InList: lists, IsWritten: truncates || _isCopy, Joins: 0, IsCross: false);
                _previous = lexer.Token;
                lexer.Read();
            }
        }

        public List<SqlRelation> Found { get; } = [];

        public void Step(ref SqlLexer lexer)
        {
            var token = lexer.Token;
            switch (token.Kind)
            {
                case SqlTokenKind.OpenParenthesis or SqlTokenKind.OpenBracket:
                    Open(token.Kind == SqlTokenKind.OpenParenthesis);
                    lexer.Read();
                    break;

                case SqlTokenKind.CloseParenthesis or SqlTokenKind.CloseBracket:
                    _level = _outer.TryPop(out var outer) ? outer : default;
                    lexer.Read();
                    break;

                case SqlTokenKind.Comma:
                    _level.Expects = _level.InList;
                    lexer.Read();
                    break;

                case SqlTokenKind.Dot:
                    lexer.Read();
                    if (lexer.Token.IsName)
                    {
                        lexer.Read();
                    }

                    break;

                case SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.UnicodeIdentifier:
                    if (_level.Expects && SqlKeywords.IsPlainName(ref lexer))
                    {
                        ReadRelation(ref lexer);
                    }
                    else
                    {
                        ReadWord(ref lexer);
                        lexer.Read();
                    }

                    break;

                default:
                    _level.Expects = false;
                    lexer.Read();
                    break;
            }

            _previous = token;
        }

        private void Open(bool isParenthesis)
        {
            var expects = isParenthesis && _level.Expects;
            _level.Expects = false;
            _outer.Push(_level);
            _level = new Level(expects, InList: expects, _level.IsWritten && expects, Joins: 0, IsCross: false);
        }

        private void ReadRelation(ref SqlLexer lexer)
        {
            var isValues = lexer.Is("values"u8);
            if (!SqlGrammar.TryReadName(ref lexer, out var name, out var span))
            {
                return;
            }

            _level.Expects = false;
            if (lexer.Kind != SqlTokenKind.OpenParenthesis || !_level.InList)
            {
                Found.Add(new SqlRelation(name, span, _level.IsWritten));
            }
            else if (isValues)
            {
                // VALUES (…), (…) in parentheses: the commas are between its rows.
                _level.InList = false;
            }
        }

        private void ReadWord(ref SqlLexer lexer)
        {
            if (lexer.Kind != SqlTokenKind.Identifier)
            {
                return;
            }

            var isCross = _level.IsCross;
            _level.IsCross = lexer.Is("cross"u8) || lexer.Is("natural"u8)
                || (isCross && (lexer.Is("left"u8) || lexer.Is("right"u8) || lexer.Is("full"u8) || lexer.Is("inner"u8) || lexer.Is("outer"u8)));
            if (lexer.Is("from"u8))
            {
                Expect(!_isCopy || _outer.Count > 0, inList: true, WasWord(lexer.Sql, "delete"u8));
            }
            else if (lexer.Is("join"u8))
            {
                _level.Joins += isCross ? 0 : 1;
                Expect(expects: true, inList: true, isWritten: false);
            }
            else if (lexer.Is("on"u8) || lexer.Is("using"u8))
            {
                if (_level.Joins > 0)
                {
                    _level.Joins--;
                }
                else if (lexer.Is("using"u8))
                {
                    Expect(expects: true, inList: true, isWritten: false);
                }
                else
                {
                    // ON CONFLICT, or the ON of MERGE: the list is over.
                    _level.InList = false;
                }
            }
            else if (lexer.Is("into"u8))
            {
                Expect(expects: true, inList: false, isWritten: true);
            }
            else if (lexer.Is("update"u8))
            {
                var isVerb = !WasWord(lexer.Sql, "for"u8) && !WasWord(lexer.Sql, "do"u8) && !WasWord(lexer.Sql, "then"u8) && !WasWord(lexer.Sql, "as"u8);
                if (isVerb)
                {
                    Expect(expects: true, _level.InList, isWritten: true);
                }
            }
            else if (lexer.Is("table"u8))
            {
                Expect(expects: true, _level is { Expects: true, InList: true }, _level is { Expects: true, IsWritten: true });
            }
            else if (!lexer.Is("only"u8) && !lexer.Is("lateral"u8))
            {
                _level.Expects = false;
                if (EndsList(ref lexer))
                {
                    _level.InList = false;
                    _level.Joins = 0;
                }
            }
        }

        private void Expect(bool expects, bool inList, bool isWritten)
        {
            _level.Expects = expects;
            _level.InList = inList;
            _level.IsWritten = isWritten;
        }

        /// <summary>Reserved words only: others may be names in the list.</summary>
        private static bool EndsList(ref SqlLexer lexer) =>
            lexer.Is("where"u8) || lexer.Is("select"u8) || lexer.Is("group"u8) || lexer.Is("having"u8) || lexer.Is("order"u8)
            || lexer.Is("limit"u8) || lexer.Is("offset"u8) || lexer.Is("fetch"u8) || lexer.Is("for"u8) || lexer.Is("union"u8)
            || lexer.Is("intersect"u8) || lexer.Is("except"u8) || lexer.Is("window"u8) || lexer.Is("returning"u8);

        private readonly bool WasWord(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> lower) =>
            _previous.Kind == SqlTokenKind.Identifier && Ascii.EqualsIgnoreCase(_previous.Span.Of(sql), lower);
    }
}
