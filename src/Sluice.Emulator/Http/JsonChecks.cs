using System.Text;
using System.Text.Json;

namespace Sluice.Emulator.Http;

/// <summary>Reads JSON values with CDF's type and length rules. An explicit null is an absent field.</summary>
internal static class JsonChecks
{
    public const long MaxId = 9007199254740991;

    /// <summary>The field, or null when it is absent or null.</summary>
    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static JsonElement Required(this JsonElement element, string name) =>
        element.Optional(name) ?? throw CdfException.Violation(name, "must not be null");

    public static long Integer(JsonElement value, string name, long min = long.MinValue, long max = long.MaxValue)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            throw CdfException.BadRequest($"Could not read {name}: expected an integer");
        }

        return number >= min && number <= max
            ? number
            : throw CdfException.Violation(name, $"must be between {min} and {max}");
    }

    public static long Id(JsonElement value, string name) => Integer(value, name, 1, MaxId);

    public static bool Boolean(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw CdfException.BadRequest($"Could not read {name}: expected true or false"),
    };

    /// <summary>A string whose length is counted in UTF-16 units.</summary>
    public static string Text(JsonElement value, string name, int minLength, int maxLength)
    {
        var text = String(value, name);
        return text.Length >= minLength && text.Length <= maxLength
            ? text
            : throw CdfException.Violation(name, $"size must be between {minLength} and {maxLength}");
    }

    public static string String(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw CdfException.BadRequest($"Could not read {name}: expected a string");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw CdfException.BadRequest($"Could not read {name}: it is not valid Unicode");
        }
    }

    public static double Double(JsonElement value, string name) => value.ValueKind == JsonValueKind.Number
        ? value.GetDouble()
        : throw CdfException.BadRequest($"Could not read {name}: expected a number");

    public static JsonElement Array(JsonElement value, string name, int minItems = 0, int maxItems = int.MaxValue)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw CdfException.BadRequest($"Could not read {name}: expected an array");
        }

        var length = value.GetArrayLength();
        return length >= minItems && length <= maxItems
            ? value
            : throw CdfException.Violation(name, $"size must be between {minItems} and {maxItems}");
    }

    public static JsonElement Object(JsonElement value, string name) => value.ValueKind == JsonValueKind.Object
        ? value
        : throw CdfException.BadRequest($"Could not read {name}: expected an object");

    /// <summary>The request's <c>items</c>.</summary>
    public static JsonElement Items(this JsonElement body, int maxItems, int minItems = 1) =>
        Array(Object(body, "the request body").Required("items"), "items", minItems, maxItems);

    public static bool Flag(this JsonElement body, string name) => body.Optional(name) is { } value && Boolean(value, name);

    /// <summary>A string-to-string map with CDF's limits: pairs, bytes of a key, of a value, of everything.</summary>
    public static Dictionary<string, string> Metadata(JsonElement value, string name, MetadataLimits limits)
    {
        Object(value, name);
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null)
            {
                map[NameOf(property, name)] = String(property.Value, name);
            }
        }

        CheckMetadata(map, name, limits);
        return map;
    }

    private static string NameOf(JsonProperty property, string name)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw CdfException.BadRequest($"Could not read a key of {name}: it is not valid Unicode");
        }
    }

    public static void CheckMetadata(Dictionary<string, string> map, string name, MetadataLimits limits)
    {
        if (map.Count > limits.Pairs)
        {
            throw CdfException.Violation(name, $"must not have more than {limits.Pairs} pairs");
        }

        var total = 0L;
        foreach (var (key, value) in map)
        {
            var keyBytes = Encoding.UTF8.GetByteCount(key);
            var valueBytes = Encoding.UTF8.GetByteCount(value);
            total += keyBytes + valueBytes;
            if (keyBytes > limits.KeyBytes)
            {
                throw CdfException.Violation(name, $"key must not exceed {limits.KeyBytes} bytes");
            }

            if (valueBytes > limits.ValueBytes)
            {
                throw CdfException.Violation(name, $"value must not exceed {limits.ValueBytes} bytes");
            }
        }

        if (total > limits.TotalBytes)
        {
            throw CdfException.Violation(name, $"total size must not exceed {limits.TotalBytes} bytes");
        }
    }
}

/// <summary>The limits of a metadata map: number of pairs, then UTF-8 bytes of a key, of a value and of everything.</summary>
internal sealed record MetadataLimits(int Pairs, int KeyBytes, int ValueBytes, int TotalBytes);
