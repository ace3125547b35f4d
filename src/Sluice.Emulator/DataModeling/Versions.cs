using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>What views and data models share because they have versions.</summary>
internal static class Versions
{
    /// <summary>The version that an item of byids names, or all versions if it names none.</summary>
    public static IEnumerable<T> Find<T>(SchemaMap<T> map, JsonElement item, Func<T, ViewId> idOf)
        where T : SchemaObject
    {
        if (item.Optional("version") is not null)
        {
            return map.Find(ViewId.OfItem(item).ToString()) is { } found ? [found] : [];
        }

        var (space, externalId) = (DmNames.Space(item), DmNames.ExternalId(item));
        return map.All.Where(i => i.Space == space && idOf(i).ExternalId == externalId);
    }

    /// <summary>The version of each that was made last.</summary>
    public static IEnumerable<T> Latest<T>(IEnumerable<T> all, Func<T, ViewId> idOf)
        where T : SchemaObject =>
        all.GroupBy(i => (i.Space, idOf(i).ExternalId))
            .Select(g => g.OrderBy(i => i.CreatedTime).ThenBy(i => i.Key, StringComparer.Ordinal).Last())
            .OrderBy(i => i.Key, StringComparer.Ordinal);

    public static void WriteDeleted(Utf8JsonWriter writer, ViewId id)
    {
        writer.WriteStartObject();
        writer.WriteString("externalId"u8, id.ExternalId);
        writer.WriteString("space"u8, id.Space);
        writer.WriteString("version"u8, id.Version);
        writer.WriteEndObject();
    }
}
