using System.Text.Json;
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
    public static async Task<CreatedOutcome> CheckAsync(CdfClient client, EncodedWrite write, ItemsApi api)
    {
        var response = await client.SendAsync(api.ByIds(write.Keys.Identities(), ignoreUnknownIds: true), CancellationToken.None);
        if (!response.IsSuccess)
        {
            return CreatedOutcome.Unknown;
        }

        try
        {
            using var stored = CdfPage.Parse(response.Body);
            using var sent = CdfPage.Parse(write.Request.Body);
            var byExternalId = stored.Items.ToDictionary(ExternalIdOf, StringComparer.Ordinal);
            var same = sent.Items.All(item => byExternalId.TryGetValue(ExternalIdOf(item), out var found) && Contains(found, item));
            return same ? CreatedOutcome.Stored : CreatedOutcome.NotStored;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return CreatedOutcome.Unknown;
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
