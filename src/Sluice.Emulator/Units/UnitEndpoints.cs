using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Units;

/// <summary><c>/units</c>: the catalog, which any caller of the project may read.</summary>
internal static class UnitEndpoints
{
    public static void Map(ApiRoutes routes)
    {
        routes.Get("/units", static _ => ValueTask.FromResult(Answer(UnitCatalog.Units)));
        routes.Get("/units/systems", static _ => ValueTask.FromResult(
            Reply.Items(StatusCodes.Status200OK, UnitCatalog.Systems, static (writer, system) => system.Write(writer))));
        routes.Get("/units/{externalId}", static call => ValueTask.FromResult(
            Answer(Find([ItemKey.OfExternalId(call.Route("externalId"))], ignoreUnknown: false))));
        routes.Post("/units/byids", ByIdsAsync);
    }

    private static async ValueTask<Reply> ByIdsAsync(CdfCall call)
    {
        var body = await call.ReadJsonAsync();
        var items = body.Items(1000);
        call.Log.Items = items.GetArrayLength();
        RejectUnknownMembers(body, "items", "ignoreUnknownIds");
        var keys = items.EnumerateArray().Select(item =>
        {
            RejectUnknownMembers(JsonChecks.Object(item, "item"), "externalId");
            return ItemKey.OfExternalId(JsonChecks.Text(item.Required("externalId"), "externalId", 1, 255));
        }).ToList();
        var repeated = ClassicResource.Repeated(keys);
        return repeated.Count == 0
            ? Answer(Find(keys, body.Flag("ignoreUnknownIds")))
            : throw new CdfException(StatusCodes.Status400BadRequest, "Duplicate unit external ids") { Duplicated = repeated };
    }

    private static List<Unit> Find(List<ItemKey> keys, bool ignoreUnknown)
    {
        var missing = keys.Where(k => UnitCatalog.Find(k.ExternalId!) is null).ToList();
        return missing.Count == 0 || ignoreUnknown
            ? [.. keys.Select(k => UnitCatalog.Find(k.ExternalId!)).OfType<Unit>()]
            : throw new CdfException(StatusCodes.Status400BadRequest, "Unit external ids not found") { Missing = missing };
    }

    private static Reply Answer(IReadOnlyList<Unit> units) =>
        Reply.Items(StatusCodes.Status200OK, units, static (writer, unit) => unit.Write(writer));

    private static void RejectUnknownMembers(JsonElement json, params ReadOnlySpan<string> known)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw CdfException.BadRequest($"Unknown member '{member.Name}'");
            }
        }
    }
}
