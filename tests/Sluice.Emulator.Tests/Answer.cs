using System.Net.Http.Headers;
using System.Text.Json;

namespace Sluice.Emulator.Tests;

/// <summary>An answer of the emulator, read to its end.</summary>
internal sealed record Answer(int Status, JsonElement Body, HttpResponseHeaders Headers)
{
    public JsonElement Error => Body.GetProperty("error");

    public string Message => Error.GetProperty("message").GetString()!;

    public List<JsonElement> Items => [.. Body.GetProperty("items").EnumerateArray()];

    public string? NextCursor => Body.TryGetProperty("nextCursor", out var cursor) ? cursor.GetString() : null;

    public List<string> ExternalIds => Items.ConvertAll(i => i.GetProperty("externalId").GetString()!);

    /// <summary>The keys in <c>missing</c> or <c>duplicated</c>, as JSON, sorted.</summary>
    public List<string> Keys(string list) =>
        [.. Error.GetProperty(list).EnumerateArray().Select(k => JsonSerializer.Serialize(k)).Order(StringComparer.Ordinal)];

    public Answer Expect(int status)
    {
        Assert.True(Status == status, $"Expected {status}, got {Status}: {Body}");
        return this;
    }
}
