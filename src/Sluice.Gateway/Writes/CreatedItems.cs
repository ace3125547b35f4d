using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>What has become of a create whose answer was lost.</summary>
internal enum CreatedOutcome
{
    /// <summary>CDF has all of its items as they were sent: it was our request that made them.</summary>
    Stored,

    /// <summary>CDF has not: a create is all or nothing, so nothing of it is stored.</summary>
    NotStored,

    /// <summary>CDF could not be asked.</summary>
    Unknown,
}

/// <summary>
/// Asks CDF for the items of a create, by their external ids, and compares. Items that exist but differ are another's.
/// </summary>
internal static class CreatedItems
{
    /// <summary>What has become of a part's items, taken as a whole.</summary>
    public static async Task<CreatedOutcome> CheckAsync(CdfClient client, WritePart part, ItemsApi api) =>
        await SameAsync(client, part, api) switch
        {
            null => CreatedOutcome.Unknown,
            var same when same.TrueForAll(isSame => isSame) => CreatedOutcome.Stored,
            _ => CreatedOutcome.NotStored,
        };

    /// <summary>Those of <paramref name="items"/>, which exist, that are as they were sent.</summary>
    public static async Task<IReadOnlyList<int>> OwnAsync(CdfClient client, WritePart part, IReadOnlyList<int> items, ItemsApi api)
    {
        using var existing = part.Of(items);
        return await SameAsync(client, existing, api) is { } same ? [.. items.Where((_, index) => same[index])] : [];
    }

    /// <summary>For each item whether CDF has it as it was sent; <see langword="null"/> if CDF could not be asked.</summary>
    private static async Task<List<bool>?> SameAsync(CdfClient client, WritePart part, ItemsApi api)
    {
        var sent = part.Items.Select(item => JsonElement.Parse(part.Write.Items!.Of(part.Write.Request.Body.Span, item))).ToList();
        var keys = sent.Select(item => new CdfIdentity(ExternalId: ExternalIdOf(item)));
        var response = await client.SendAsync(api.ByIds(keys, ignoreUnknownIds: true), CancellationToken.None);
        if (!response.IsSuccess)
        {
            return null;
        }

        try
        {
            using var stored = CdfPage.Parse(response.Body);
            var byExternalId = stored.Items.ToDictionary(ExternalIdOf, StringComparer.Ordinal);
            return [.. sent.Select(item => byExternalId.TryGetValue(ExternalIdOf(item), out var found) && Contains(found, item))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string ExternalIdOf(JsonElement item) => item.GetProperty("externalId").GetString()!;

    /// <summary>All that <paramref name="part"/> says is so in <paramref name="whole"/>; lists are compared without their order.</summary>
    private static bool Contains(JsonElement whole, JsonElement part) => (whole.ValueKind, part.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => part.EnumerateObject()
            .All(field => whole.TryGetProperty(field.Name, out var value) && Contains(value, field.Value)),
        (JsonValueKind.Array, JsonValueKind.Array) => whole.GetArrayLength() == part.GetArrayLength()
            && part.EnumerateArray().All(item => whole.EnumerateArray().Any(other => Contains(other, item))),
        _ => JsonElement.DeepEquals(whole, part),
    };
}
