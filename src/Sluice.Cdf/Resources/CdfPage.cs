using System.Text.Json;

namespace Sluice.Cdf.Resources;

/// <summary>An answer of the form <c>{"items":[...],"nextCursor":"..."}</c>.</summary>
public sealed class CdfPage : IDisposable
{
    private readonly JsonDocument _document;

    private CdfPage(JsonDocument document) => _document = document;

    /// <summary>The items; none if the answer has none.</summary>
    public IEnumerable<JsonElement> Items =>
        _document.RootElement.ValueKind == JsonValueKind.Object && _document.RootElement.TryGetProperty("items", out var items)
            && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : [];

    /// <summary>Opaque cursor of the next page, null on the last.</summary>
    public string? NextCursor =>
        _document.RootElement.ValueKind == JsonValueKind.Object && _document.RootElement.TryGetProperty("nextCursor", out var cursor)
            ? cursor.GetString()
            : null;

    /// <summary>Reads <paramref name="body"/>, which must not change before <see cref="Dispose"/>.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static CdfPage Parse(ReadOnlyMemory<byte> body) => new(JsonDocument.Parse(body));

    /// <inheritdoc />
    public void Dispose() => _document.Dispose();
}
