using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Sql;

/// <summary>Quoted tokens: where they end, whether they need decoding, and the UESCAPE after them.</summary>
public ref partial struct SqlLexer
{
    private void ReadQuoted(SqlTokenKind kind, int prefix)
    {
        if (kind == SqlTokenKind.UnicodeString && !_standardStrings)
        {
            throw SqlSyntax.Error(
                _sql,
                _next,
                SqlState.FeatureNotSupported,
                "unsafe use of string constant with Unicode escapes",
                "String constants with Unicode escapes cannot be used when standard_conforming_strings is off.");
        }

        var backslash = kind == SqlTokenKind.EscapeString;
        var plain = true;
        var i = _next + prefix;
        while (true)
        {
            var skip = backslash ? _sql[i..].IndexOfAny((byte)'\'', (byte)'\\') : _sql[i..].IndexOf((byte)'\'');
            if (skip < 0)
            {
                throw SqlSyntax.ErrorNear(_sql, _next, _sql.Length, Unterminated(kind));
            }

            i += skip;
            if (_sql[i] == '\\')
            {
                plain = false;
                i = Math.Min(i + 2, _sql.Length);
            }
            else if (At(i + 1) == '\'')
            {
                plain = false;
                i += 2;
            }
            else if (ContinuesAt(i + 1) is var next and > 0)
            {
                plain = false;
                i = next;
            }
            else
            {
                break;
            }
        }

        var end = i + 1;
        if (kind == SqlTokenKind.UnicodeString)
        {
            TakeUnicode(kind, end, plain && _sql[_next..end].IndexOf((byte)'\\') < 0);
            return;
        }

        Token = new SqlToken(kind, _next, end, end, plain, 0);
        _next = end;
    }

    private static string Unterminated(SqlTokenKind kind) => kind switch
    {
        SqlTokenKind.BitString => "unterminated bit string literal",
        SqlTokenKind.HexString => "unterminated hexadecimal string literal",
        _ => "unterminated quoted string",
    };

    /// <summary>Literals with nothing but white space between them that holds a newline are one literal (manual, 4.1.2.1).</summary>
    /// <returns>The byte after the opening quote of the next part, or 0.</returns>
    internal readonly int ContinuesAt(int i)
    {
        var newline = false;
        while (i < _sql.Length)
        {
            var c = _sql[i];
            if (SqlCharacters.IsNewline(c))
            {
                newline = true;
                i++;
            }
            else if (SqlCharacters.IsSpace(c))
            {
                i++;
            }
            else if (c == '-' && At(i + 1) == '-')
            {
                var length = _sql[i..].IndexOfAny((byte)'\n', (byte)'\r');
                if (length < 0)
                {
                    return 0;
                }

                i += length;
            }
            else
            {
                return newline && c == '\'' ? i + 1 : 0;
            }
        }

        return 0;
    }

    private void ReadQuotedIdentifier(SqlTokenKind kind, int prefix)
    {
        var plain = true;
        var i = _next + prefix;
        while (true)
        {
            var skip = _sql[i..].IndexOf((byte)'"');
            if (skip < 0)
            {
                throw SqlSyntax.ErrorNear(_sql, _next, _sql.Length, "unterminated quoted identifier");
            }

            i += skip;
            if (At(i + 1) != '"')
            {
                break;
            }

            plain = false;
            i += 2;
        }

        var end = i + 1;
        if (end - _next == prefix + 1)
        {
            throw SqlSyntax.ErrorNear(_sql, _next, end, "zero-length delimited identifier");
        }

        if (kind == SqlTokenKind.UnicodeIdentifier)
        {
            TakeUnicode(kind, end, plain && _sql[_next..end].IndexOf((byte)'\\') < 0);
            return;
        }

        Token = new SqlToken(kind, _next, end, end, plain, 0);
        _next = end;
    }

    private void TakeUnicode(SqlTokenKind kind, int bodyEnd, bool plain)
    {
        var start = _next;
        _next = bodyEnd;
        var end = bodyEnd;
        var escape = (byte)'\\';
        var ahead = this;
        ahead._isAhead = true;
        if (!_isAhead && ahead.Read() && ahead.Is("uescape"u8))
        {
            ahead.Read();
            if (ahead.Kind != SqlTokenKind.String)
            {
                throw SqlSyntax.ErrorNear(_sql, ahead.Token.Start, ahead.Token.End, "UESCAPE must be followed by a simple string literal");
            }

            escape = At(ahead.Token.Start + 1);
            if (ahead.Token.End - ahead.Token.Start != 3 || !IsUnicodeEscape(escape))
            {
                throw SqlSyntax.ErrorNear(_sql, ahead.Token.Start, ahead.Token.End, "invalid Unicode escape character");
            }

            end = ahead.Token.End;
            plain = false;
        }

        Token = new SqlToken(kind, start, bodyEnd, end, plain, escape);
        _next = end;
    }

    private static bool IsUnicodeEscape(byte c) =>
        !SqlCharacters.IsHex(c) && c is not ((byte)'+' or (byte)'\'' or (byte)'"') && !SqlCharacters.IsSpace(c);
}
