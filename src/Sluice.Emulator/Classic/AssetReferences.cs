using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>References to assets, as events, time series, sequences and files have them: checks and filters.</summary>
internal static class AssetReferences
{
    /// <summary>400 with all unknown ids, as <c>missing</c>.</summary>
    public static void Require(Project project, IEnumerable<long> ids)
    {
        var unknown = ids.Distinct().Where(id => project.Assets.Store.Find(id) is null).ToList();
        if (unknown.Count > 0)
        {
            throw new CdfException(400, $"Asset ids not found: {string.Join(", ", unknown)}")
            {
                Missing = [.. unknown.Select(id => new ItemKey(id))],
            };
        }
    }

    /// <summary>The filters assetIds, assetExternalIds, assetSubtreeIds and rootAssetIds; null for any other name.</summary>
    public static Func<Record, bool>? Filter(
        Project project, string name, JsonElement value, int maxItems, Func<Record, IEnumerable<long>> assetIdsOf)
    {
        Func<long, bool>? matches = name switch
        {
            "assetIds" => Numbers(value, name, maxItems).Contains,
            "assetExternalIds" => OfExternalIds(project, value, name, maxItems).Contains,
            "assetSubtreeIds" => Subtree(project, project.Assets.FindKeys(JsonChecks.Array(value, name, 1, 100))),
            "rootAssetIds" => Subtree(project, Numbers(value, name, maxItems)),
            _ => null,
        };
        return matches is null ? null : record => assetIdsOf(record).Any(matches);
    }

    private static Func<long, bool> Subtree(Project project, HashSet<long> roots) =>
        id => project.Assets.Store.Find(id) is { } asset && project.Assets.IsWithin(asset, roots);

    private static HashSet<long> Numbers(JsonElement value, string name, int maxItems) =>
        [.. JsonChecks.Array(value, name, 1, maxItems).EnumerateArray().Select(e => JsonChecks.Id(e, name))];

    private static HashSet<long> OfExternalIds(Project project, JsonElement value, string name, int maxItems) =>
        [.. JsonChecks.Array(value, name, 1, maxItems).EnumerateArray()
            .Select(e => project.Assets.Store.Find(JsonChecks.Text(e, name, 0, 255)))
            .OfType<Record>().Select(a => a.Id)];
}
