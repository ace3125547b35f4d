using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>
/// Values of properties: string, bool, long (int32 and int64), float, double, <see cref="DateTimeOffset"/>, <see cref="DateOnly"/>,
/// <see cref="JsonElement"/> (json), <see cref="InstanceKey"/> (direct relation), or an array of these.
/// </summary>
internal static class PropertyValue
{
    private const int MaxJsonBytes = 40_960;
    private const int MaxJsonKeyBytes = 128;
    private const int MaxJsonKeys = 256;
    private const int MaxJsonValueBytes = 10_240;
    private const int MaxReferenceLength = 255;

    /// <summary>The value of the property's type, or 400.</summary>
    public static object Read(PropertyType type, JsonElement value, string property)
    {
        if (!type.List)
        {
            return ReadOne(type, value, property);
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Invalid(property, $"Expected a list of {type.Name}");
        }

        var length = value.GetArrayLength();
        if (length < 1 || length > type.ListLimit)
        {
            throw Invalid(property, $"A list must have between 1 and {type.ListLimit} elements, got {length}");
        }

        if (type.Kind == PropertyKind.Json && value.EnumerateArray().Sum(e => (long)SizeOf(e)) > MaxJsonBytes)
        {
            throw Invalid(property, $"The JSON values of a list must not exceed {MaxJsonBytes} bytes together");
        }

        var element = type.Element;
        return value.EnumerateArray().Select(e => ReadOne(element, e, property)).ToArray();
    }

    public static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long integer:
                writer.WriteNumberValue(integer);
                break;
            case float single:
                writer.WriteNumberValue(single);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(IsoTime.Format(time));
                break;
            case DateOnly date:
                writer.WriteStringValue(IsoTime.Format(date));
                break;
            case JsonElement json:
                json.WriteTo(writer);
                break;
            case InstanceKey key:
                key.Write(writer);
                break;
            case object[] list:
                writer.WriteStartArray();
                foreach (var element in list)
                {
                    Write(writer, element);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new InvalidOperationException($"No property holds a {value.GetType()}.");
        }
    }

    public static bool Same(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (JsonElement a, JsonElement b) => JsonElement.DeepEquals(a, b),
        (object[] a, object[] b) => a.Length == b.Length && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        _ => left.Equals(right),
    };

    /// <summary>The order of two values of one type: strings by code unit, the rest naturally.</summary>
    public static int Compare(object left, object right) => left is string text
        ? string.CompareOrdinal(text, (string)right)
        : ((IComparable)left).CompareTo(right);

    private static object ReadOne(PropertyType type, JsonElement value, string property) => type.Kind switch
    {
        PropertyKind.Text => Text(type, value, property),
        PropertyKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Mismatch(type, property),
        PropertyKind.Int32 => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var int32)
            ? (long)int32
            : throw Mismatch(type, property),
        PropertyKind.Int64 => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var int64)
            ? int64
            : throw Mismatch(type, property),
        PropertyKind.Float32 => value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var single) && float.IsFinite(single)
            ? single
            : throw Mismatch(type, property),
        PropertyKind.Float64 => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Mismatch(type, property),
        PropertyKind.Timestamp => IsoTime.ParseTimestamp(String(type, value, property))
            ?? throw Invalid(property, "Expected a timestamp as YYYY-MM-DDTHH:MM:SS[.millis][Z|time zone]"),
        PropertyKind.Date => IsoTime.ParseDate(String(type, value, property)) ?? throw Invalid(property, "Expected a date as YYYY-MM-DD"),
        PropertyKind.Json => Json(value, property),
        PropertyKind.Direct => value.ValueKind == JsonValueKind.Object ? DmNames.Instance(value, property) : throw Mismatch(type, property),
        PropertyKind.Enum => String(type, value, property) is var key && type.EnumValues!.Value.TryGetProperty(key, out _)
            ? key
            : throw Invalid(property, $"'{key}' is not a value of the enum"),
        _ => Reference(type, value, property),
    };

    private static string Text(PropertyType type, JsonElement value, string property)
    {
        var text = String(type, value, property);
        var limit = type.MaxTextSize ?? PropertyType.MaxTextBytes;
        if (Encoding.UTF8.GetByteCount(text) > limit)
        {
            throw Invalid(property, $"A text must not exceed {limit} bytes");
        }

        return text.Contains('\0', StringComparison.Ordinal)
            ? throw Invalid(property, "A text must not contain the null character")
            : text;
    }

    private static string Reference(PropertyType type, JsonElement value, string property)
    {
        var text = String(type, value, property);
        return text.Length is >= 1 and <= MaxReferenceLength
            ? text
            : throw Invalid(property, $"A reference to a {type.Name} must have between 1 and {MaxReferenceLength} characters");
    }

    private static string String(PropertyType type, JsonElement value, string property) => value.ValueKind == JsonValueKind.String
        ? JsonChecks.String(value, property)
        : throw Mismatch(type, property);

    private static JsonElement Json(JsonElement value, string property)
    {
        if (value.ValueKind is JsonValueKind.Null)
        {
            throw Invalid(property, "A list must not contain null");
        }

        if (SizeOf(value) > MaxJsonBytes)
        {
            throw Invalid(property, $"A JSON value must not exceed {MaxJsonBytes} bytes");
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckKeys(value, property);
        }

        return Normalized(value, property);
    }

    /// <summary>The value without insignificant white space; it must be writable, which lone surrogates are not.</summary>
    private static JsonElement Normalized(JsonElement value, string property)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            using var writer = new Utf8JsonWriter(buffer, JsonFormat.Writer);
            value.WriteTo(writer);
        }
        catch (InvalidOperationException)
        {
            throw Invalid(property, "It is not valid Unicode");
        }

        return JsonSerializer.Deserialize<JsonElement>(buffer.WrittenSpan);
    }

    private static void CheckKeys(JsonElement value, string property)
    {
        var keys = 0;
        foreach (var entry in value.EnumerateObject())
        {
            keys++;
            if (Encoding.UTF8.GetByteCount(entry.Name) > MaxJsonKeyBytes)
            {
                throw Invalid(property, $"A key of a JSON object must not exceed {MaxJsonKeyBytes} bytes");
            }

            if (SizeOf(entry.Value) > MaxJsonValueBytes)
            {
                throw Invalid(property, $"A value of a JSON object must not exceed {MaxJsonValueBytes} bytes");
            }
        }

        if (keys > MaxJsonKeys)
        {
            throw Invalid(property, $"A JSON object must not have more than {MaxJsonKeys} keys");
        }
    }

    private static int SizeOf(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).Length;

    private static CdfException Mismatch(PropertyType type, string property) => Invalid(property, $"Expected a value of type {type.Name}");

    private static CdfException Invalid(string property, string reason) =>
        CdfException.BadRequest($"Invalid value for property '{property}'. {reason}.");
}
