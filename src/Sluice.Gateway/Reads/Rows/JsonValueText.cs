using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.Rows;

/// <summary>
/// Turns the JSON values of CDF into the text that PostgreSQL's types read and print (DateStyle ISO, times in UTC). Times are milliseconds since 1970, or
/// ISO 8601 strings where CDF stores those.
/// </summary>
internal static class JsonValueText
{
    private static readonly SearchValues<byte> NeedsQuotes = SearchValues.Create("\"\\{}, \t\n\v\f\r"u8);

    // 0001-01-01 to 9999-12-31, which is what CDF's milliseconds can mean.
    private const long MinMilliseconds = -62_135_596_800_000;
    private const long MaxMilliseconds = 253_402_300_799_999;

    /// <summary>
    /// Writes <paramref name="value"/>, which is not null, as text of <paramref name="type"/>. Nothing is to be made of what was written if it does not fit.
    /// </summary>
    public static JsonFit Write(JsonElement value, ColumnType type, IBufferWriter<byte> output)
    {
        try
        {
            return type.Type.Element is { } element ? WriteArray(value, type with { Type = element }, output) : WriteScalar(value, type, output);
        }
        catch (PgException)
        {
            // A codec's word that the text is no value of its type.
            return JsonFit.OtherType;
        }
    }

    private static JsonFit WriteScalar(JsonElement value, ColumnType type, IBufferWriter<byte> output) => type.Type.Name switch
    {
        "json" or "jsonb" => WriteJson(value, output),
        "text" or "varchar" => WriteText(value, type, output),
        "bool" => WriteBool(value, output),
        "int8" => WriteInteger(value, long.MinValue, long.MaxValue, output),
        "int4" => WriteInteger(value, int.MinValue, int.MaxValue, output),
        "int2" => WriteInteger(value, short.MinValue, short.MaxValue, output),
        "float8" => WriteFloat8(value, output),
        "float4" => WriteFloat4(value, output),
        "timestamptz" => WriteTime(value, type, output),
        "date" => WriteDate(value, output),
        "bytea" => WriteBytes(value, output),
        _ => throw new NotSupportedException($"No CDF table has columns of type {type.DisplayName}."),
    };

    private static JsonFit WriteArray(JsonElement value, ColumnType element, IBufferWriter<byte> output)
    {
        output.Write("{"u8);
        if (value.ValueKind == JsonValueKind.Array)
        {
            var text = new ArrayBufferWriter<byte>();
            var first = true;
            foreach (var item in value.EnumerateArray())
            {
                if (!first)
                {
                    output.Write(","u8);
                }

                first = false;
                if (WriteElement(item, element, text, output) is var fit and not JsonFit.Fits)
                {
                    return fit;
                }
            }
        }
        else if (WriteElement(value, element, new ArrayBufferWriter<byte>(), output) is var fit and not JsonFit.Fits)
        {
            return fit;
        }

        output.Write("}"u8);
        return JsonFit.Fits;
    }

    private static JsonFit WriteElement(JsonElement item, ColumnType type, ArrayBufferWriter<byte> text, IBufferWriter<byte> output)
    {
        if (item.ValueKind == JsonValueKind.Null)
        {
            output.Write("NULL"u8);
            return JsonFit.Fits;
        }

        text.ResetWrittenCount();
        var fit = WriteScalar(item, type, text);
        if (fit == JsonFit.Fits)
        {
            Quote(text.WrittenSpan, output);
        }

        return fit;
    }

    private static void Quote(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (!text.IsEmpty && !text.ContainsAny(NeedsQuotes) && !Ascii.EqualsIgnoreCase(text, "null"u8))
        {
            output.Write(text);
            return;
        }

        output.Write("\""u8);
        foreach (ref readonly var b in text)
        {
            if (b is (byte)'"' or (byte)'\\')
            {
                output.Write("\\"u8);
            }

            output.Write(new ReadOnlySpan<byte>(in b));
        }

        output.Write("\""u8);
    }

    private static JsonFit WriteJson(JsonElement value, IBufferWriter<byte> output) => WriteUtf8(value.GetRawText(), output);

    private static JsonFit WriteText(JsonElement value, ColumnType type, IBufferWriter<byte> output)
    {
        if (!TryGetString(value, out var text) || text.Contains('\0', StringComparison.Ordinal))
        {
            return JsonFit.NoText;
        }

        return text.Length > type.MaxLength && text.EnumerateRunes().Count() > type.MaxLength ? JsonFit.TooLong : WriteUtf8(text, output);
    }

    private static JsonFit WriteUtf8(string text, IBufferWriter<byte> output)
    {
        Encoding.UTF8.GetBytes(text, output);
        return JsonFit.Fits;
    }

    private static JsonFit WriteBool(JsonElement value, IBufferWriter<byte> output)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return JsonFit.OtherType;
        }

        output.Write(value.ValueKind == JsonValueKind.True ? "t"u8 : "f"u8);
        return JsonFit.Fits;
    }

    private static JsonFit WriteInteger(JsonElement value, long min, long max, IBufferWriter<byte> output)
    {
        if (!TryGetInteger(value, out var number) || number < min || number > max)
        {
            return JsonFit.OtherType;
        }

        Int8Codec.WriteText(number, output, TextInputSettings.Default);
        return JsonFit.Fits;
    }

    private static bool TryGetInteger(JsonElement value, out long number)
    {
        number = 0;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when value.TryGetInt64(out number):
                return true;
            case JsonValueKind.Number when value.TryGetDecimal(out var exact) && decimal.IsInteger(exact) && exact is >= long.MinValue and <= long.MaxValue:
                number = (long)exact;
                return true;
            case JsonValueKind.String when TryGetString(value, out var text):
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
            default:
                return false;
        }
    }

    private static JsonFit WriteFloat8(JsonElement value, IBufferWriter<byte> output)
    {
        if (value.ValueKind is not (JsonValueKind.Number or JsonValueKind.String) || !TryGetString(value, out var text))
        {
            return JsonFit.OtherType;
        }

        Float8Codec.WriteText(Float8Codec.ParseText(Encoding.UTF8.GetBytes(text), -1, TextInputSettings.Default), output, TextInputSettings.Default);
        return JsonFit.Fits;
    }

    private static JsonFit WriteFloat4(JsonElement value, IBufferWriter<byte> output)
    {
        if (value.ValueKind is not (JsonValueKind.Number or JsonValueKind.String) || !TryGetString(value, out var text))
        {
            return JsonFit.OtherType;
        }

        Float4Codec.WriteText(Float4Codec.ParseText(Encoding.UTF8.GetBytes(text), -1, TextInputSettings.Default), output, TextInputSettings.Default);
        return JsonFit.Fits;
    }

    private static JsonFit WriteTime(JsonElement value, ColumnType type, IBufferWriter<byte> output)
    {
        long time;
        if (value.ValueKind == JsonValueKind.String && TryGetString(value, out var text))
        {
            time = TimestamptzCodec.ParseText(Encoding.UTF8.GetBytes(text), type.TypeModifier, TextInputSettings.Default);
        }
        else if (value.ValueKind == JsonValueKind.Number && TryGetInteger(value, out var milliseconds) && milliseconds is >= MinMilliseconds and <= MaxMilliseconds)
        {
            time = (milliseconds * 1_000) - PgTime.EpochOffset;
        }
        else
        {
            return JsonFit.OtherType;
        }

        TimestamptzCodec.WriteText(time, output, TextInputSettings.Default);
        return JsonFit.Fits;
    }

    private static JsonFit WriteDate(JsonElement value, IBufferWriter<byte> output)
    {
        if (value.ValueKind != JsonValueKind.String || !TryGetString(value, out var text))
        {
            return JsonFit.OtherType;
        }

        DateCodec.WriteText(DateCodec.ParseText(Encoding.UTF8.GetBytes(text), -1, TextInputSettings.Default), output, TextInputSettings.Default);
        return JsonFit.Fits;
    }

    private static JsonFit WriteBytes(JsonElement value, IBufferWriter<byte> output)
    {
        if (value.ValueKind != JsonValueKind.String || !value.TryGetBytesFromBase64(out var bytes))
        {
            return JsonFit.OtherType;
        }

        output.Write("\\x"u8);
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes), output);
        return JsonFit.Fits;
    }

    /// <summary>The string's content; the JSON itself of everything else. Half a surrogate pair is no string.</summary>
    private static bool TryGetString(JsonElement value, out string text)
    {
        try
        {
            text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }
}
