using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataPoints;

/// <summary>Counts the series and points of an insert by walking its bytes; nothing is decoded or kept.</summary>
internal static class PointCounter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    public static (int Series, long Points) CountProtobuf(ReadOnlySpan<byte> request)
    {
        var series = 0;
        var points = 0L;
        while (NextField(ref request, out var field, out var content))
        {
            if (field == 1)
            {
                series++;
                points += CountItem(content);
            }
        }

        return (series, points);
    }

    public static (int Series, long Points) CountJson(ReadOnlySpan<byte> body)
    {
        var series = 0;
        var points = 0L;
        try
        {
            var reader = ItemsReader.At(body);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                series++;
                points += CountItem(ref reader);
            }
        }
        catch (JsonException e)
        {
            throw CdfException.BadRequest($"Could not parse the request body as JSON: {e.Message}");
        }

        return (series, points);
    }

    private static long CountItem(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw CdfException.BadRequest("Could not read items: expected objects");
        }

        var points = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPoints = reader.ValueTextEquals("datapoints"u8);
            reader.Read();
            if (!isPoints || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
                points++;
            }
        }

        return points;
    }

    private static long CountItem(ReadOnlySpan<byte> item)
    {
        var points = 0L;
        while (NextField(ref item, out var field, out var content))
        {
            // numericDatapoints = 3, stringDatapoints = 4: each repeats datapoints = 1.
            if (field is 3 or 4)
            {
                while (NextField(ref content, out var inner, out _))
                {
                    points += inner == 1 ? 1 : 0;
                }
            }
        }

        return points;
    }

    /// <summary>Reads one field and moves on; content is empty unless the field is length-delimited.</summary>
    private static bool NextField(ref ReadOnlySpan<byte> bytes, out int field, out ReadOnlySpan<byte> content)
    {
        content = default;
        field = 0;
        if (bytes.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint(ref bytes);
        field = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case Varint:
                ReadVarint(ref bytes);
                return true;
            case Fixed64:
                Take(ref bytes, 8);
                return true;
            case Bytes:
                content = Take(ref bytes, ReadVarint(ref bytes));
                return true;
            case Fixed32:
                Take(ref bytes, 4);
                return true;
            default:
                throw Malformed();
        }
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        // Nearly all lengths and tags are one byte.
        if (!bytes.IsEmpty && bytes[0] < 0x80)
        {
            ulong single = bytes[0];
            bytes = bytes[1..];
            return single;
        }

        var value = 0UL;
        for (var i = 0; i < 10 && i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw Malformed();
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, ulong length)
    {
        if (length > (ulong)bytes.Length)
        {
            throw Malformed();
        }

        var taken = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return taken;
    }

    private static CdfException Malformed() => CdfException.BadRequest("Could not parse the request body as protobuf");
}
