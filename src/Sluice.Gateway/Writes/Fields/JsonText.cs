using System.Buffers;
using System.Text.Json;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>Pieces of JSON as text.</summary>
internal static class JsonText
{
    /// <summary>Deeper than any sane document; PostgreSQL stops at its stack.</summary>
    private const int MaxDepth = 1_000;

    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = MaxDepth };

    /// <summary>The string or name at the reader, its escapes undone, as all that <paramref name="target"/> holds.</summary>
    public static void Unescape(ref Utf8JsonReader reader, ArrayBufferWriter<byte> target)
    {
        target.ResetWrittenCount();
        var length = reader.ValueSpan.Length;
        target.Advance(reader.CopyString(target.GetSpan(length)));
    }

    /// <summary>The object or array at the reader without white space; the reader is then at its end.</summary>
    public static void Compact(ref Utf8JsonReader reader, IBufferWriter<byte> target)
    {
        var depth = 0;
        var first = true;
        do
        {
            var closes = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (!first && !closes)
            {
                target.Write(","u8);
            }

            first = false;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    target.Write(reader.ValueSpan);
                    depth++;
                    first = true;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    target.Write(reader.ValueSpan);
                    depth--;
                    break;
                case JsonTokenType.PropertyName:
                    WriteQuoted(reader.ValueSpan, target);
                    target.Write(":"u8);
                    first = true;
                    break;
                case JsonTokenType.String:
                    WriteQuoted(reader.ValueSpan, target);
                    break;
                default:
                    target.Write(reader.ValueSpan);
                    break;
            }
        }
        while (depth > 0 && reader.Read());
    }

    private static void WriteQuoted(ReadOnlySpan<byte> escaped, IBufferWriter<byte> target)
    {
        target.Write("\""u8);
        target.Write(escaped);
        target.Write("\""u8);
    }
}
