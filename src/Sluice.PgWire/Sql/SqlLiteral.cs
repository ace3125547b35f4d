using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Sql;

/// <summary>The values of quoted tokens: escapes undone, adjacent literals joined (PostgreSQL manual, 4.1.1 and 4.1.2).</summary>
public static class SqlLiteral
{
    private const int MaxIdentifierBytes = 63;
    private const string UnicodeHint = @"Unicode escapes must be \XXXX or \+XXXXXX.";
    private const string EscapeHint = @"Unicode escapes must be \uXXXX or \UXXXXXXXX.";

    /// <summary>The value of a string token in UTF-8: a slice of <paramref name="sql"/> where nothing has to be undone, else of <paramref name="scratch"/>.</summary>
    /// <exception cref="PgException">An escape that means nothing (22025, 42601), or a value that is not UTF-8 (22021).</exception>
    public static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> sql, SqlToken token, ArrayBufferWriter<byte> scratch)
    {
        if (token.Kind == SqlTokenKind.DollarString)
        {
            var body = sql[token.Start..token.End];
            var tag = body[1..].IndexOf((byte)'$') + 2;
            return body[tag..^tag];
        }

        if (token.IsPlain)
        {
            return sql[(token.Start + PrefixLength(token.Kind))..(token.BodyEnd - 1)];
        }

        scratch.ResetWrittenCount();
        switch (token.Kind)
        {
            case SqlTokenKind.EscapeString:
                UndoEscapes(sql, token, scratch);
                break;
            case SqlTokenKind.UnicodeString or SqlTokenKind.UnicodeIdentifier:
                UndoUnicode(sql, token, scratch);
                break;
            default:
                UndoQuotes(sql, token, scratch);
                break;
        }

        return scratch.WrittenSpan;
    }

    /// <summary>A name as PostgreSQL sees it: folded to lower case unless quoted, cut to 63 bytes.</summary>
    public static string Name(ReadOnlySpan<byte> sql, in SqlToken token)
    {
        if (token.Kind == SqlTokenKind.Identifier)
        {
            return Encoding.UTF8.GetString(Cut(token.Span.Of(sql))).ToLowerAscii();
        }

        return token.IsPlain
            ? Encoding.UTF8.GetString(Cut(sql[(token.Start + PrefixLength(token.Kind))..(token.BodyEnd - 1)]))
            : Encoding.UTF8.GetString(Cut(Value(sql, token, new ArrayBufferWriter<byte>())));
    }

    /// <summary>The value of a string token as text.</summary>
    public static string Text(ReadOnlySpan<byte> sql, in SqlToken token) =>
        Encoding.UTF8.GetString(Value(sql, token, new ArrayBufferWriter<byte>()));

    private static string ToLowerAscii(this string text) =>
        text.AsSpan().ContainsAnyInRange('A', 'Z')
            ? string.Create(text.Length, text, static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                {
                    to[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
                }
            })
            : text;

    private static int PrefixLength(SqlTokenKind kind) => kind switch
    {
        SqlTokenKind.UnicodeString or SqlTokenKind.UnicodeIdentifier => 3,
        SqlTokenKind.NationalString or SqlTokenKind.BitString or SqlTokenKind.HexString => 2,
        _ => 1,
    };

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> name)
    {
        if (name.Length <= MaxIdentifierBytes)
        {
            return name;
        }

        var end = MaxIdentifierBytes;
        while (end > 0 && (name[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return name[..end];
    }

    private static void UndoQuotes(ReadOnlySpan<byte> sql, in SqlToken token, ArrayBufferWriter<byte> to)
    {
        var quote = sql[token.BodyEnd - 1];
        var i = token.Start + PrefixLength(token.Kind);
        while (i < token.BodyEnd)
        {
            var run = sql[i..token.BodyEnd].IndexOf(quote);
            to.Write(sql.Slice(i, run));
            i = AfterQuote(sql, token, i + run, quote, to);
        }
    }

    /// <summary>At a quote: a doubled one is itself, one that ends a part leads to the next part or to the end.</summary>
    private static int AfterQuote(ReadOnlySpan<byte> sql, in SqlToken token, int i, byte quote, ArrayBufferWriter<byte> to)
    {
        if (i + 1 >= token.BodyEnd)
        {
            return token.BodyEnd;
        }

        if (sql[i + 1] == quote)
        {
            to.Write([quote]);
            return i + 2;
        }

        return new SqlLexer(sql, new SqlSpan(i, token.BodyEnd)).ContinuesAt(i + 1);
    }

    private static void UndoEscapes(ReadOnlySpan<byte> sql, in SqlToken token, ArrayBufferWriter<byte> to)
    {
        var i = token.Kind == SqlTokenKind.EscapeString && sql[token.Start] != '\'' ? token.Start + 2 : token.Start + 1;
        var rawBytes = false;
        var highSurrogate = 0;
        while (i < token.BodyEnd)
        {
            var run = sql[i..token.BodyEnd].IndexOfAny((byte)'\'', (byte)'\\');
            if (run > 0 || sql[i] == '\'')
            {
                RequireNoSurrogate(sql, i, highSurrogate);
                to.Write(sql.Slice(i, run));
                i += run;
                if (sql[i] == '\'')
                {
                    i = AfterQuote(sql, token, i, (byte)'\'', to);
                }

                continue;
            }

            var c = sql[i + 1];
            if (c is (byte)'u' or (byte)'U')
            {
                var digits = c == 'u' ? 4 : 8;
                if (!TryReadHex(sql[..token.BodyEnd], i + 2, digits, out var code))
                {
                    throw SqlSyntax.Error(sql, i, SqlState.InvalidEscapeSequence, "invalid Unicode escape", EscapeHint);
                }

                highSurrogate = WriteCode(sql, i, code, highSurrogate, to);
                i += digits + 2;
                continue;
            }

            RequireNoSurrogate(sql, i, highSurrogate);
            i = UndoSimpleEscape(sql, token, i, to, ref rawBytes);
        }

        RequireNoSurrogate(sql, token.BodyEnd - 1, highSurrogate);
        if (rawBytes && !Utf8.IsValid(to.WrittenSpan))
        {
            throw SqlSyntax.Error(sql, token.Start, SqlState.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\" in an escape string");
        }
    }

    private static int UndoSimpleEscape(ReadOnlySpan<byte> sql, in SqlToken token, int i, ArrayBufferWriter<byte> to, ref bool rawBytes)
    {
        var c = sql[i + 1];
        i += 2;
        int value = c;
        if (c is >= (byte)'0' and <= (byte)'7')
        {
            value = c - '0';
            for (var n = 0; n < 2 && sql[i] is >= (byte)'0' and <= (byte)'7'; n++)
            {
                value = (value * 8) + sql[i++] - '0';
            }

            value &= 0xFF;
            rawBytes |= value >= 0x80;
        }
        else if (c == 'x' && SqlCharacters.IsHex(sql[i]))
        {
            value = 0;
            for (var n = 0; n < 2 && SqlCharacters.IsHex(sql[i]); n++)
            {
                value = (value * 16) + HexDigit(sql[i++]);
            }

            rawBytes |= value >= 0x80;
        }
        else
        {
            value = c switch
            {
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                (byte)'v' => '\v',
                _ => c,
            };
        }

        if (value == 0)
        {
            throw SqlSyntax.Error(sql, token.Start, SqlState.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00");
        }

        to.Write([(byte)value]);
        return i;
    }

    private static void UndoUnicode(ReadOnlySpan<byte> sql, in SqlToken token, ArrayBufferWriter<byte> to)
    {
        var quote = sql[token.BodyEnd - 1];
        var i = token.Start + PrefixLength(token.Kind);
        var highSurrogate = 0;
        while (i < token.BodyEnd)
        {
            var run = sql[i..token.BodyEnd].IndexOfAny(quote, token.EscapeCharacter);
            if (run > 0 || sql[i] == quote)
            {
                RequireNoSurrogate(sql, i, highSurrogate);
                to.Write(sql.Slice(i, run));
                i += run;
                if (sql[i] == quote)
                {
                    i = AfterQuote(sql, token, i, quote, to);
                }

                continue;
            }

            if (sql[i + 1] == token.EscapeCharacter)
            {
                RequireNoSurrogate(sql, i, highSurrogate);
                to.Write([token.EscapeCharacter]);
                i += 2;
                continue;
            }

            var wide = sql[i + 1] == '+';
            var digits = wide ? 6 : 4;
            var first = wide ? i + 2 : i + 1;
            if (!TryReadHex(sql[..token.BodyEnd], first, digits, out var code))
            {
                throw SqlSyntax.Error(sql, i, SqlState.SyntaxError, "invalid Unicode escape", UnicodeHint);
            }

            highSurrogate = WriteCode(sql, i, code, highSurrogate, to);
            i = first + digits;
        }

        RequireNoSurrogate(sql, token.BodyEnd - 1, highSurrogate);
    }

    /// <summary>Writes a code point; returns the first half of a surrogate pair that waits for its second, or 0.</summary>
    private static int WriteCode(ReadOnlySpan<byte> sql, int at, int code, int highSurrogate, ArrayBufferWriter<byte> to)
    {
        if (code is >= 0xDC00 and <= 0xDFFF && highSurrogate != 0)
        {
            code = char.ConvertToUtf32((char)highSurrogate, (char)code);
        }
        else
        {
            RequireNoSurrogate(sql, at, highSurrogate);
            if (code is >= 0xD800 and <= 0xDBFF)
            {
                return code;
            }
        }

        if (!Rune.IsValid(code) || code == 0)
        {
            throw code is >= 0xDC00 and <= 0xDFFF
                ? SqlSyntax.Error(sql, at, SqlState.SyntaxError, "invalid Unicode surrogate pair")
                : SqlSyntax.Error(sql, at, SqlState.SyntaxError, "invalid Unicode escape value");
        }

        Span<byte> utf8 = stackalloc byte[4];
        to.Write(utf8[..new Rune(code).EncodeToUtf8(utf8)]);
        return 0;
    }

    private static void RequireNoSurrogate(ReadOnlySpan<byte> sql, int at, int highSurrogate)
    {
        if (highSurrogate != 0)
        {
            throw SqlSyntax.Error(sql, at, SqlState.SyntaxError, "invalid Unicode surrogate pair");
        }
    }

    private static bool TryReadHex(ReadOnlySpan<byte> sql, int start, int digits, out int value)
    {
        value = 0;
        for (var i = start; i < start + digits; i++)
        {
            if (i >= sql.Length || !SqlCharacters.IsHex(sql[i]))
            {
                return false;
            }

            value = unchecked((value << 4) | HexDigit(sql[i]));
        }

        return true;
    }

    private static int HexDigit(byte c) => char.IsAsciiDigit((char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
