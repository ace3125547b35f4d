using System.Runtime.CompilerServices;
using System.Text;

namespace Sluice.PgWire.Sql;

/// <summary>
/// Cuts a query string into PostgreSQL's tokens (manual, 4.1) without allocating. Copying the lexer is how to look ahead.
/// Whitespace and comments are skipped. What never ends (a string, a comment) is 42601 with PostgreSQL's words and position.
/// </summary>
public ref partial struct SqlLexer
{
    private readonly ReadOnlySpan<byte> _sql;
    private readonly bool _standardStrings;
    private int _next;

    // The lexer looks for the UESCAPE behind a token, not for those behind the tokens there: a text of nothing but such tokens must not nest.
    private bool _isAhead;

    /// <summary>A lexer over all of <paramref name="sql"/>, before its first token.</summary>
    /// <param name="sql">UTF-8.</param>
    /// <param name="standardConformingStrings">The session's setting: off means that <c>'…'</c> has backslash escapes.</param>
    public SqlLexer(ReadOnlySpan<byte> sql, bool standardConformingStrings = true)
        : this(sql, new SqlSpan(0, sql.Length), standardConformingStrings)
    {
    }

    /// <summary>A lexer over <paramref name="part"/>; positions are those of the whole string.</summary>
    public SqlLexer(ReadOnlySpan<byte> sql, SqlSpan part, bool standardConformingStrings = true)
    {
        _sql = sql[..part.End];
        _next = part.Start;
        _standardStrings = standardConformingStrings;
        _isAhead = false;
        Token = default;
    }

    /// <summary>The token read last; <see cref="SqlTokenKind.End"/> before the first and after the last one.</summary>
    public SqlToken Token { get; private set; }

    /// <summary>The string, up to the end of the part that is read.</summary>
    public readonly ReadOnlySpan<byte> Sql => _sql;

    /// <summary>Kind of <see cref="Token"/>.</summary>
    public readonly SqlTokenKind Kind => Token.Kind;

    /// <summary>The bytes of <see cref="Token"/> as written.</summary>
    public readonly ReadOnlySpan<byte> Text => _sql[Token.Start..Token.End];

    /// <summary>The current token is the keyword <paramref name="lower"/>, given in lower case.</summary>
    public readonly bool Is(ReadOnlySpan<byte> lower) =>
        Token.Kind == SqlTokenKind.Identifier && Token.End - Token.Start == lower.Length && Ascii.EqualsIgnoreCase(Text, lower);

    /// <summary>The current token is the operator <paramref name="text"/>.</summary>
    public readonly bool IsOperator(ReadOnlySpan<byte> text) => Token.Kind == SqlTokenKind.Operator && Text.SequenceEqual(text);

    /// <summary>Steps over the keyword <paramref name="lower"/> if it is the current token.</summary>
    public bool Accept(ReadOnlySpan<byte> lower)
    {
        if (!Is(lower))
        {
            return false;
        }

        Read();
        return true;
    }

    /// <summary>Steps over the current token if it is of <paramref name="kind"/>.</summary>
    public bool Accept(SqlTokenKind kind)
    {
        if (Token.Kind != kind)
        {
            return false;
        }

        Read();
        return true;
    }

    /// <summary>The token after the current one is the keyword <paramref name="lower"/>.</summary>
    public readonly bool NextIs(ReadOnlySpan<byte> lower)
    {
        var ahead = this;
        return ahead.Read() && ahead.Is(lower);
    }

    /// <summary>Goes to the next token.</summary>
    /// <returns><see langword="false"/> at the end.</returns>
    public bool Read()
    {
        SkipSpace();
        var start = _next;
        if (start >= _sql.Length)
        {
            Token = new SqlToken(SqlTokenKind.End, _sql.Length, _sql.Length, _sql.Length, IsPlain: true, 0);
            return false;
        }

        var c = _sql[start];
        switch (c)
        {
            case (byte)',':
                One(SqlTokenKind.Comma);
                break;
            case (byte)'(':
                One(SqlTokenKind.OpenParenthesis);
                break;
            case (byte)')':
                One(SqlTokenKind.CloseParenthesis);
                break;
            case (byte)'[':
                One(SqlTokenKind.OpenBracket);
                break;
            case (byte)']':
                One(SqlTokenKind.CloseBracket);
                break;
            case (byte)';':
                One(SqlTokenKind.Semicolon);
                break;
            case (byte)'\'':
                ReadQuoted(_standardStrings ? SqlTokenKind.String : SqlTokenKind.EscapeString, 1);
                break;
            case (byte)'"':
                ReadQuotedIdentifier(SqlTokenKind.QuotedIdentifier, 1);
                break;
            case (byte)'$':
                ReadDollar();
                break;
            case (byte)'.':
                ReadDot();
                break;
            case (byte)':':
                ReadColon();
                break;
            default:
                ReadByClass(c);
                break;
        }

        return true;
    }

    private void ReadByClass(byte c)
    {
        if (SqlCharacters.IsDigit(c))
        {
            ReadNumber();
        }
        else if (SqlCharacters.IsIdentifierStart(c))
        {
            ReadWord(c);
        }
        else if (SqlCharacters.IsOperatorPart(c))
        {
            ReadOperator();
        }
        else
        {
            One(SqlTokenKind.Other);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void One(SqlTokenKind kind) => Take(kind, _next + 1);

    private void Take(SqlTokenKind kind, int end)
    {
        Token = new SqlToken(kind, _next, end, end, IsPlain: true, 0);
        _next = end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte At(int index) => (uint)index < (uint)_sql.Length ? _sql[index] : (byte)0;

    private void SkipSpace()
    {
        while (_next < _sql.Length)
        {
            var c = _sql[_next];
            if (SqlCharacters.IsSpace(c))
            {
                _next++;
            }
            else if (c == '-' && At(_next + 1) == '-')
            {
                SkipLine();
            }
            else if (c == '/' && At(_next + 1) == '*')
            {
                SkipComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipLine()
    {
        var length = _sql[_next..].IndexOfAny((byte)'\n', (byte)'\r');
        _next = length < 0 ? _sql.Length : _next + length;
    }

    private void SkipComment()
    {
        var start = _next;
        var depth = 1;
        _next += 2;
        while (depth > 0)
        {
            var skip = _sql[_next..].IndexOfAny((byte)'*', (byte)'/');
            if (skip < 0)
            {
                throw SqlSyntax.ErrorNear(_sql, start, _sql.Length, "unterminated /* comment");
            }

            _next += skip;
            if (_sql[_next] == '*' && At(_next + 1) == '/')
            {
                depth--;
                _next += 2;
            }
            else if (_sql[_next] == '/' && At(_next + 1) == '*')
            {
                depth++;
                _next += 2;
            }
            else
            {
                _next++;
            }
        }
    }

    private void ReadDot()
    {
        if (SqlCharacters.IsDigit(At(_next + 1)))
        {
            ReadNumber();
        }
        else if (At(_next + 1) == '.')
        {
            Take(SqlTokenKind.Other, _next + 2);
        }
        else
        {
            One(SqlTokenKind.Dot);
        }
    }

    private void ReadColon()
    {
        switch (At(_next + 1))
        {
            case (byte)':':
                Take(SqlTokenKind.Cast, _next + 2);
                break;
            case (byte)'=':
                Take(SqlTokenKind.Other, _next + 2);
                break;
            default:
                One(SqlTokenKind.Other);
                break;
        }
    }

    private readonly int SkipIdentifier(int i)
    {
        while (i < _sql.Length && SqlCharacters.IsIdentifierPart(_sql[i]))
        {
            i++;
        }

        return i;
    }

    private void ReadWord(byte c)
    {
        var next = At(_next + 1);
        if (next == '\'')
        {
            var kind = (c | 0x20) switch
            {
                'e' => SqlTokenKind.EscapeString,
                'n' => SqlTokenKind.NationalString,
                'b' => SqlTokenKind.BitString,
                'x' => SqlTokenKind.HexString,
                _ => SqlTokenKind.End,
            };
            if (kind != SqlTokenKind.End)
            {
                ReadQuoted(kind, 2);
                return;
            }
        }
        else if (next == '&' && (c | 0x20) == 'u')
        {
            switch (At(_next + 2))
            {
                case (byte)'\'':
                    ReadQuoted(SqlTokenKind.UnicodeString, 3);
                    return;
                case (byte)'"':
                    ReadQuotedIdentifier(SqlTokenKind.UnicodeIdentifier, 3);
                    return;
            }
        }

        Take(SqlTokenKind.Identifier, SkipIdentifier(_next + 1));
    }

    private void ReadOperator()
    {
        var end = _next;
        while (SqlCharacters.IsOperatorPart(At(end)))
        {
            // A comment may start inside a run of operator characters.
            if (end > _next && ((At(end) == '-' && At(end + 1) == '-') || (At(end) == '/' && At(end + 1) == '*')))
            {
                break;
            }

            end++;
        }

        // An operator may end in + or - only if it holds one of ~ ! @ # ^ & | ` ? % (manual, 4.1.3).
        if (end - _next > 1 && _sql[end - 1] is (byte)'+' or (byte)'-' && !_sql[_next..end].ContainsAny(SqlCharacters.SignKeepers))
        {
            while (end - _next > 1 && _sql[end - 1] is (byte)'+' or (byte)'-')
            {
                end--;
            }
        }

        Take(SqlTokenKind.Operator, end);
    }

    private void ReadDollar()
    {
        var start = _next;
        if (SqlCharacters.IsDigit(At(start + 1)))
        {
            var end = SkipDigits(start + 1);
            var junk = SqlCharacters.IsIdentifierStart(At(end));
            Take(junk ? SqlTokenKind.OtherNumber : SqlTokenKind.Parameter, junk ? SkipIdentifier(end) : end);
            return;
        }

        var tagEnd = start + 1;
        while (SqlCharacters.IsDollarTagPart(At(tagEnd)))
        {
            tagEnd++;
        }

        if (At(tagEnd) != '$')
        {
            One(SqlTokenKind.Other);
            return;
        }

        tagEnd++;
        var close = _sql[tagEnd..].IndexOf(_sql[start..tagEnd]);
        if (close < 0)
        {
            throw SqlSyntax.ErrorNear(_sql, start, _sql.Length, "unterminated dollar-quoted string");
        }

        Take(SqlTokenKind.DollarString, tagEnd + close + (tagEnd - start));
    }
}
