using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sluice.Emulator.Http;

/// <summary>The space and external id of a data model instance that a classic resource belongs to.</summary>
internal sealed record InstanceId(string Space, string ExternalId);

/// <summary>The look-up key that a caller used for one item; it comes back as it was in <c>missing</c> and <c>duplicated</c>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ItemKey(long? Id, string? ExternalId = null, InstanceId? Instance = null, string? Name = null)
{
    public static ItemKey OfExternalId(string externalId) => new(null, externalId);

    public static ItemKey OfName(string name) => new(null, Name: name);

    /// <summary>Reads <c>id</c>, <c>externalId</c> or <c>instanceId</c>; exactly one of them must be there.</summary>
    public static ItemKey Read(JsonElement item, bool instances = false)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw CdfException.BadRequest("Each item must be an object with an id or an externalId");
        }

        var id = item.Optional("id") is { } idElement ? JsonChecks.Id(idElement, "id") : (long?)null;
        var externalId = item.Optional("externalId") is { } externalIdElement
            ? JsonChecks.Text(externalIdElement, "externalId", 0, 255)
            : null;
        var instance = instances && item.Optional("instanceId") is { } instanceElement ? ReadInstance(instanceElement) : null;
        var given = (id is null ? 0 : 1) + (externalId is null ? 0 : 1) + (instance is null ? 0 : 1);
        return given == 1
            ? new ItemKey(id, externalId, instance)
            : throw CdfException.BadRequest("Each item must have exactly one of id and externalId" + (instances ? " and instanceId" : ""));
    }

    public static InstanceId ReadInstance(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? new InstanceId(
            JsonChecks.Text(element.Required("space"), "space", 1, 43),
            JsonChecks.Text(element.Required("externalId"), "externalId", 1, 255))
        : throw CdfException.BadRequest("instanceId must be an object with space and externalId");

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Id is { } id)
        {
            writer.WriteNumber("id"u8, id);
        }

        if (ExternalId is not null)
        {
            writer.WriteString("externalId"u8, ExternalId);
        }

        if (Instance is not null)
        {
            writer.WriteStartObject("instanceId"u8);
            writer.WriteString("space"u8, Instance.Space);
            writer.WriteString("externalId"u8, Instance.ExternalId);
            writer.WriteEndObject();
        }

        if (Name is not null)
        {
            writer.WriteString("name"u8, Name);
        }

        writer.WriteEndObject();
    }
}
