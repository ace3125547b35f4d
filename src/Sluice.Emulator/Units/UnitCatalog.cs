using System.Globalization;

namespace Sluice.Emulator.Units;

/// <summary>
/// The units and unit systems that every project has, from <c>units.tsv</c> and <c>systems.tsv</c>: a selection of common units, named as
/// CDF's catalog names them.
/// </summary>
internal static class UnitCatalog
{
    public static IReadOnlyList<Unit> Units { get; } = [.. Rows("units.tsv").Select(c => new Unit(
        c[0], c[1], c[2], c[3], c[4].Split('|'), c[5], Number(c[6]), Number(c[7])))];

    public static IReadOnlyList<UnitSystem> Systems { get; } = [.. Rows("systems.tsv").GroupBy(c => c[0], StringComparer.Ordinal)
        .Select(g => new UnitSystem(g.Key, [.. g.Select(c => (c[1], c[2]))]))];

    private static readonly Dictionary<string, Unit> s_byExternalId = Units.ToDictionary(u => u.ExternalId, StringComparer.Ordinal);

    public static Unit? Find(string externalId) => s_byExternalId.GetValueOrDefault(externalId);

    private static IEnumerable<string[]> Rows(string file)
    {
        using var stream = typeof(UnitCatalog).Assembly.GetManifestResourceStream(typeof(UnitCatalog), file)
            ?? throw new InvalidOperationException($"The assembly has no {file}.");
        using var reader = new StreamReader(stream);

        // The first line names the columns.
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            yield return line.Split('\t');
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
