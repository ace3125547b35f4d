using Sluice.Emulator.Http;

namespace Sluice.Emulator.Classic;

/// <summary>References to labels, as assets, files and relationships have them. They stay when their label is deleted.</summary>
internal static class LabelReferences
{
    /// <summary>400 with all unknown labels, as <c>missing</c>.</summary>
    public static void Require(Project project, IEnumerable<string> labels)
    {
        var unknown = labels.Distinct(StringComparer.Ordinal).Where(l => project.Labels.Store.Find(l) is null).ToList();
        if (unknown.Count > 0)
        {
            throw new CdfException(400, $"Label ids not found: {string.Join(", ", unknown)}")
            {
                Missing = [.. unknown.Select(ItemKey.OfExternalId)],
            };
        }
    }
}
