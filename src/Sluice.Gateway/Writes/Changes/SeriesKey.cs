using System.Text.Json;
using Sluice.Cdf.Errors;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>The key of a series or sequence in an item that was encoded.</summary>
internal static class SeriesKey
{
    /// <summary>By <c>id</c> or <c>externalId</c>.</summary>
    public static CdfIdentity Of(JsonElement item) => item.TryGetProperty("id"u8, out var id)
        ? new CdfIdentity(Id: id.GetInt64())
        : new CdfIdentity(ExternalId: item.GetProperty("externalId"u8).GetString());

    /// <summary>Writes the key as a member of an open object.</summary>
    public static void Write(Utf8JsonWriter json, CdfIdentity key)
    {
        if (key.Id is { } id)
        {
            json.WriteNumber("id"u8, id);
        }
        else
        {
            json.WriteString("externalId"u8, key.ExternalId);
        }
    }
}
