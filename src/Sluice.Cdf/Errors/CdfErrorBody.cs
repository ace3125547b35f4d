using System.Text;
using System.Text.Json;

namespace Sluice.Cdf.Errors;

/// <summary>
/// The error answer of CDF, read tolerantly: <c>{"error":{"code","message","missing","duplicated"}}</c> is the rule, but some APIs send <c>error</c> as a
/// string, leave the wrapper out, or add fields; and a proxy in front answers text or HTML.
/// </summary>
internal sealed record CdfErrorBody(
    string? Message,
    IReadOnlyList<CdfIdentity> Missing,
    IReadOnlyList<CdfIdentity> Duplicated,
    IReadOnlyList<string> MissingFields,
    bool AutoRetryable)
{
    private const int LongestForeignText = 300;

    private static readonly CdfErrorBody Empty = new(null, [], [], [], AutoRetryable: false);

    /// <summary>Reads <paramref name="body"/>; never fails, an unknown shape has no lists and its text as message.</summary>
    public static CdfErrorBody Parse(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return Empty;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? FromObject(document.RootElement)
                : Empty with { Message = OneLine(document.RootElement.ToString()) };
        }
        catch (JsonException)
        {
            return Empty with { Message = ForeignText(body.Span) };
        }
    }

    private static CdfErrorBody FromObject(JsonElement root)
    {
        var error = root;
        if (root.TryGetProperty("error", out var wrapped))
        {
            switch (wrapped.ValueKind)
            {
                case JsonValueKind.Object:
                    error = wrapped;
                    break;
                case JsonValueKind.String:
                    return Empty with { Message = OneLine(Text(root, "error_description") ?? Text(root, "message") ?? wrapped.GetString()!) };
            }
        }

        return new CdfErrorBody(
            Text(error, "message") is { } message ? OneLine(message) : null,
            Identities(error, "missing"),
            Identities(error, "duplicated"),
            Strings(error, "missingFields"),
            error.TryGetProperty("isAutoRetryable", out var retryable) && retryable.ValueKind == JsonValueKind.True);
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<string> Strings(JsonElement parent, string name)
    {
        var strings = new List<string>();
        if (parent.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array)
        {
            strings.AddRange(from item in array.EnumerateArray() where item.ValueKind == JsonValueKind.String select item.GetString()!);
        }

        return strings;
    }

    private static List<CdfIdentity> Identities(JsonElement parent, string name)
    {
        var identities = new List<CdfIdentity>();
        if (parent.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in array.EnumerateArray())
            {
                if (Identity(item) is { } identity)
                {
                    identities.Add(identity);
                }
            }
        }

        return identities;
    }

    private static CdfIdentity? Identity(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.String => new CdfIdentity(ExternalId: item.GetString()),
        JsonValueKind.Number when item.TryGetInt64(out var id) => new CdfIdentity(Id: id),
        JsonValueKind.Object => FromMembers(item),
        _ => null,
    };

    private static CdfIdentity? FromMembers(JsonElement item)
    {
        if (item.TryGetProperty("instanceId", out var instance) && instance.ValueKind == JsonValueKind.Object)
        {
            item = instance;
        }

        long? id = item.TryGetProperty("id", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value)
            ? value
            : null;
        var identity = new CdfIdentity(id, Text(item, "externalId"), Text(item, "space"), Text(item, "name") ?? Text(item, "key"));
        return identity == default ? null : identity;
    }

    private static string? ForeignText(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestForeignText)]);
        return text.TrimStart().StartsWith('<') ? null : OneLine(text);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
