using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>Checks that a text is one JSON value, without recursion and without building anything.</summary>
internal static class JsonSyntax
{
    /// <summary>
    /// About what PostgreSQL's default stack of 2 MB allows for, and far deeper than any reader of the data would follow.
    /// </summary>
    private const int MaxDepth = 8192;

    /// <summary>Checks one value of <c>json</c> or <c>jsonb</c>.</summary>
    /// <exception cref="PgException">
    /// 22P02 if it is not JSON, 22021 if it is not UTF-8, 22P05 for <c>\u0000</c> in <c>jsonb</c>, 54001 if it is nested deeper than
    /// 8,192 levels.
    /// </exception>
    public static void Validate(ReadOnlySpan<byte> text, PgType type)
    {
        Utf8Text.Validate(text);
        JsonLexer lexer = new(text, decodesEscapes: type == PgType.Jsonb);
        Span<ulong> objects = stackalloc ulong[MaxDepth / 64];
        int depth = 0;
        lexer.Next();
        do
        {
            bool opened = ReadValue(ref lexer, objects, ref depth, type);
            while (!opened && depth > 0 && !ReadSeparator(ref lexer, IsObject(objects, depth)))
            {
                depth--;
            }
        }
        while (depth > 0);

        if (lexer.Token != JsonToken.End)
        {
            throw lexer.Expected("end of input");
        }
    }

    private static bool IsObject(ReadOnlySpan<ulong> objects, int depth) => (objects[(depth - 1) >> 6] & (1UL << (depth - 1))) != 0;

    /// <summary>Reads a value, or the beginning of one that has others in it: then true, with the lexer on the first of them.</summary>
    private static bool ReadValue(ref JsonLexer lexer, scoped Span<ulong> objects, ref int depth, PgType type)
    {
        switch (lexer.Token)
        {
            case JsonToken.ObjectStart:
                lexer.Next();
                if (lexer.Token == JsonToken.ObjectEnd)
                {
                    lexer.Next();
                    return false;
                }

                if (lexer.Token != JsonToken.String)
                {
                    throw lexer.Expected("string or \"}\"");
                }

                Open(objects, ref depth, isObject: true);
                ReadLabel(ref lexer);
                return true;
            case JsonToken.ArrayStart:
                lexer.Next();
                if (lexer.Token == JsonToken.ArrayEnd)
                {
                    lexer.Next();
                    return false;
                }

                Open(objects, ref depth, isObject: false);
                return true;
            case JsonToken.Number when type == PgType.Jsonb:
                NumericText.CheckRange(lexer.Text);
                lexer.Next();
                return false;
            case JsonToken.String or JsonToken.Number or JsonToken.Literal:
                lexer.Next();
                return false;
            default:
                throw lexer.Expected("JSON value");
        }
    }

    private static void Open(scoped Span<ulong> objects, ref int depth, bool isObject)
    {
        if (depth == MaxDepth)
        {
            throw new PgException(
                SqlState.StatementTooComplex, "stack depth limit exceeded", hint: $"JSON may be nested up to {MaxDepth} levels deep.");
        }

        ulong bit = 1UL << depth;
        objects[depth >> 6] = isObject ? objects[depth >> 6] | bit : objects[depth >> 6] & ~bit;
        depth++;
    }

    private static void ReadLabel(ref JsonLexer lexer)
    {
        if (lexer.Token != JsonToken.String)
        {
            throw lexer.Expected("string");
        }

        lexer.Next();
        if (lexer.Token != JsonToken.Colon)
        {
            throw lexer.Expected("\":\"");
        }

        lexer.Next();
    }

    /// <summary>
    /// Reads what follows a member: a comma (then true, with the lexer on the next value) or the end of the object or array.
    /// </summary>
    private static bool ReadSeparator(ref JsonLexer lexer, bool isObject)
    {
        if (lexer.Token == JsonToken.Comma)
        {
            lexer.Next();
            if (isObject)
            {
                ReadLabel(ref lexer);
            }

            return true;
        }

        if (lexer.Token != (isObject ? JsonToken.ObjectEnd : JsonToken.ArrayEnd))
        {
            throw lexer.Expected(isObject ? "\",\" or \"}\"" : "\",\" or \"]\"");
        }

        lexer.Next();
        return false;
    }
}
