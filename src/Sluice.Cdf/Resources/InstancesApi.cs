using System.Text.Json;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>
/// <c>/models/instances</c>: nodes and edges (CDF API, "Instances"). A request is all or nothing and names no instance twice.
/// </summary>
public static class InstancesApi
{
    /// <summary>Most items of an apply, delete or byids.</summary>
    public const int MaxItems = 1_000;

    /// <summary>Longest space, in characters.</summary>
    public const int MaxSpaceLength = 43;

    /// <summary>Longest external id of an instance, in characters.</summary>
    public const int MaxExternalIdLength = 256;

    /// <summary>
    /// Makes instances, or changes the properties given of those that exist: <c>{"items":[…],"replace":false}</c>. It may be repeated, unless
    /// it makes only what does not exist (<c>existingVersion</c> 0): then the answer of the second time says nothing of the first.
    /// </summary>
    public static CdfRequest Apply(ReadOnlyMemory<byte> body, Repeatable repeatable = Repeatable.Always) =>
        CdfRequest.Post("models/instances", CdfApi.Instances, repeatable, body);

    /// <summary>Deletes instances: <c>{"items":[{"instanceType":"node","space":"s","externalId":"a"}]}</c>; the answer has those that existed.</summary>
    public static CdfRequest Delete(ReadOnlyMemory<byte> body) =>
        CdfRequest.Post("models/instances/delete", CdfApi.InstanceDeletes, Repeatable.WhenThrottledOnly, body);

    /// <summary>Those of <paramref name="keys"/>, at most 1,000, that exist as edges or as nodes, with their properties in a view.</summary>
    /// <param name="keys">Their keys.</param>
    /// <param name="edges">Edges are wanted, not nodes.</param>
    /// <param name="viewSpace">The view's space.</param>
    /// <param name="viewExternalId">The view's external id.</param>
    /// <param name="viewVersion">The view's version.</param>
    public static CdfRequest ByIds(IEnumerable<InstanceId> keys, bool edges, string viewSpace, string viewExternalId, string viewVersion) =>
        CdfRequest.Post("models/instances/byids", CdfApi.InstanceReads, Repeatable.Read, JsonBody.Object(json =>
        {
            json.WriteStartArray("items"u8);
            foreach (var key in keys)
            {
                json.WriteStartObject();
                WriteKey(json, key, edges);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("sources"u8);
            json.WriteStartObject();
            json.WriteStartObject("source"u8);
            json.WriteString("type"u8, "view"u8);
            json.WriteString("space"u8, viewSpace);
            json.WriteString("externalId"u8, viewExternalId);
            json.WriteString("version"u8, viewVersion);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }));

    /// <summary>Writes <c>instanceType</c>, <c>space</c> and <c>externalId</c> as members of an open object.</summary>
    public static void WriteKey(Utf8JsonWriter json, InstanceId key, bool isEdge)
    {
        json.WriteString("instanceType"u8, isEdge ? "edge"u8 : "node"u8);
        json.WriteString("space"u8, key.Space);
        json.WriteString("externalId"u8, key.ExternalId);
    }

    /// <summary>The key of an item of an answer.</summary>
    public static InstanceId KeyOf(JsonElement item) => new(item.GetProperty("space"u8).GetString()!, item.GetProperty("externalId"u8).GetString()!);
}
