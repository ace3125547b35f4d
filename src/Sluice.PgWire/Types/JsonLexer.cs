using System.Buffers;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>What a JSON text is made of.</summary>
internal enum JsonToken
{
    None,
    String,
    Number,
    Literal,
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Comma,
    Colon,
    End,
}

/// <summary>
/// Splits a JSON text into tokens and describes errors in PostgreSQL's words: DETAIL what is wrong, CONTEXT line and excerpt.
/// </summary>
/// <param name="input">The text, valid UTF-8.</param>
/// <param name="decodesEscapes">
/// Whether <c>\u</c> escapes must name characters, which <c>jsonb</c> wants and <c>json</c> does not.
/// </param>
internal ref struct JsonLexer(ReadOnlySpan<byte> input, bool decodesEscapes)
{
    private const int ContextLength = 50;

    /// <summary>What ends a plain run within a string: its end, an escape, or a control character.</summary>
    private static readonly SearchValues<byte> StringSpecials = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private readonly ReadOnlySpan<byte> _input = input;
    private int _tokenStart;
    private int _tokenEnd;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The token last read.</summary>
    public JsonToken Token { get; private set; }

    /// <summary>The bytes of the token last read.</summary>
    public readonly ReadOnlySpan<byte> Text => _input[_tokenStart.._tokenEnd];

    /// <summary>Reads the next token.</summary>
    /// <exception cref="PgException">22P02: there is none.</exception>
    public void Next()
    {
        int at = SkipBlanks(_tokenEnd);
        _tokenStart = at;
        if (at >= _input.Length)
        {
            _tokenEnd = at;
            Token = JsonToken.End;
            return;
        }

        JsonToken mark = Mark(_input[at]);
        if (mark != JsonToken.None)
        {
            _tokenEnd = at + 1;
            Token = mark;
        }
        else if (_input[at] == '"')
        {
            ReadString();
            Token = JsonToken.String;
        }
        else if (_input[at] is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
        {
            ReadNumber();
            Token = JsonToken.Number;
        }
        else
        {
            ReadLiteral();
            Token = JsonToken.Literal;
        }
    }

    /// <summary>The error for a token that is not what the place asks for.</summary>
    public readonly PgException Expected(string what) => Token == JsonToken.End
        ? Error("The input string ended unexpectedly.")
        : Error($"Expected {what}, but found \"{Encoding.UTF8.GetString(Text)}\".");

    private static JsonToken Mark(byte b) => b switch
    {
        (byte)'{' => JsonToken.ObjectStart,
        (byte)'}' => JsonToken.ObjectEnd,
        (byte)'[' => JsonToken.ArrayStart,
        (byte)']' => JsonToken.ArrayEnd,
        (byte)',' => JsonToken.Comma,
        (byte)':' => JsonToken.Colon,
        _ => JsonToken.None,
    };

    private static bool IsWordByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || b == '_' || b >= 0x80;

    private static bool IsDigit(byte b) => (uint)b - '0' <= 9;

    private int SkipBlanks(int at)
    {
        for (; at < _input.Length && _input[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r'; at++)
        {
            if (_input[at] == '\n')
            {
                _line++;
                _lineStart = at + 1;
            }
        }

        return at;
    }

    private readonly int SkipDigits(int at)
    {
        while (at < _input.Length && IsDigit(_input[at]))
        {
            at++;
        }

        return at;
    }

    private readonly int SkipWord(int at)
    {
        while (at < _input.Length && IsWordByte(_input[at]))
        {
            at++;
        }

        return at;
    }

    private void ReadNumber()
    {
        int at = _input[_tokenStart] == '-' ? _tokenStart + 1 : _tokenStart;
        int digits = at;
        at = SkipDigits(at);
        bool isBad = at == digits;
        if (at - digits > 1 && _input[digits] == '0')
        {
            isBad = true;
        }

        if (at < _input.Length && _input[at] == '.')
        {
            digits = at + 1;
            at = SkipDigits(digits);
            isBad |= at == digits;
        }

        if (at < _input.Length && _input[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < _input.Length && _input[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            digits = at;
            at = SkipDigits(at);
            isBad |= at == digits;
        }

        // A word glued to the number belongs to what the error shows.
        _tokenEnd = SkipWord(at);
        if (isBad || _tokenEnd != at)
        {
            throw InvalidToken();
        }
    }

    private void ReadLiteral()
    {
        _tokenEnd = SkipWord(_tokenStart);
        if (_tokenEnd == _tokenStart)
        {
            _tokenEnd++;
            throw InvalidToken();
        }

        if (!(Text.SequenceEqual("true"u8) || Text.SequenceEqual("false"u8) || Text.SequenceEqual("null"u8)))
        {
            throw InvalidToken();
        }
    }

    private void ReadString()
    {
        int at = _tokenStart + 1;
        int highSurrogate = 0;
        while (true)
        {
            int run = _input[at..].IndexOfAny(StringSpecials);
            if (run < 0)
            {
                _tokenEnd = _input.Length;
                throw highSurrogate != 0 && at < _input.Length ? UnpairedSurrogate(at) : InvalidToken();
            }

            if (highSurrogate != 0 && (run > 0 || _input[at] != '\\'))
            {
                throw UnpairedSurrogate(at);
            }

            at += run;
            byte special = _input[at];
            if (special == '"')
            {
                _tokenEnd = at + 1;
                return;
            }

            if (special != '\\')
            {
                _tokenEnd = at;
                throw Error($"Character with value 0x{special:x2} must be escaped.");
            }

            at = ReadEscape(at + 1, ref highSurrogate);
        }
    }

    /// <summary>Reads what follows a backslash, and returns where it ends.</summary>
    private int ReadEscape(int at, ref int highSurrogate)
    {
        if (at >= _input.Length)
        {
            _tokenEnd = at;
            throw InvalidToken();
        }

        if (_input[at] == 'u')
        {
            return ReadUnicodeEscape(at + 1, ref highSurrogate);
        }

        if (highSurrogate != 0)
        {
            throw UnpairedSurrogate(at);
        }

        if (!"\"\\/bfnrt"u8.Contains(_input[at]))
        {
            _tokenStart = at;
            _tokenEnd = at + CharacterLength(at);
            throw Error($"Escape sequence \"\\{Encoding.UTF8.GetString(Text)}\" is invalid.");
        }

        return at + 1;
    }

    private int ReadUnicodeEscape(int at, ref int highSurrogate)
    {
        int unit = 0;
        for (int end = at + 4; at < end; at++)
        {
            if (at >= _input.Length)
            {
                _tokenEnd = at;
                throw InvalidToken();
            }

            if (!char.IsAsciiHexDigit((char)_input[at]))
            {
                _tokenEnd = at + CharacterLength(at);
                throw Error("\"\\u\" must be followed by four hexadecimal digits.");
            }

            unit = (unit << 4) | HexDigit(_input[at]);
        }

        if (decodesEscapes)
        {
            CheckUnit(unit, at, ref highSurrogate);
        }

        return at;
    }

    private void CheckUnit(int unit, int end, ref int highSurrogate)
    {
        _tokenEnd = end;
        if (char.IsHighSurrogate((char)unit))
        {
            if (highSurrogate != 0)
            {
                throw Error("Unicode high surrogate must not follow a high surrogate.");
            }

            highSurrogate = unit;
        }
        else if (char.IsLowSurrogate((char)unit) != (highSurrogate != 0))
        {
            throw Error("Unicode low surrogate must follow a high surrogate.");
        }
        else
        {
            highSurrogate = 0;
        }

        if (unit == 0)
        {
            throw Error("\\u0000 cannot be converted to text.", SqlState.UntranslatableCharacter, "unsupported Unicode escape sequence");
        }
    }

    private PgException UnpairedSurrogate(int at)
    {
        _tokenEnd = at + CharacterLength(at);
        return Error("Unicode low surrogate must follow a high surrogate.");
    }

    private static int HexDigit(byte b) => b <= '9' ? b - '0' : (b & 0x0f) + 9;

    private readonly int CharacterLength(int at) => Utf8Text.ByteLength(_input[at..], 1);

    private readonly PgException InvalidToken() => Error($"Token \"{Encoding.UTF8.GetString(Text)}\" is invalid.");

    private readonly PgException Error(
        string detail, string sqlState = SqlState.InvalidTextRepresentation, string message = "invalid input syntax for type json") =>
        new(new PgError { SqlState = sqlState, Message = message, Detail = detail, Context = Context() });

    private readonly string Context()
    {
        int start = _lineStart;
        while (_tokenEnd - start >= ContextLength)
        {
            start += CharacterLength(start);
        }

        if (start - _lineStart <= 3)
        {
            start = _lineStart;
        }

        bool isCut = Token != JsonToken.End && _tokenEnd < _input.Length && _input[_tokenEnd] is not ((byte)'\n' or (byte)'\r');
        string excerpt = Encoding.UTF8.GetString(_input[start.._tokenEnd]);
        return $"JSON data, line {_line}: {(start > _lineStart ? "..." : "")}{excerpt}{(isCut ? "..." : "")}";
    }
}
