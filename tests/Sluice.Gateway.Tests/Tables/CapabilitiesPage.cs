using System.Globalization;
using System.Text;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Tests.Tables;

/// <summary>The parts of docs/capabilities.md that come from the definitions: between two marks, which a reader of the page does not see.</summary>
internal static class CapabilitiesPage
{
    private const string End = "<!-- end -->\n";

    private static readonly (string Heading, SqlUse Use)[] Uses =
    [
        ("SELECT", SqlUse.Select),
        ("INSERT, COPY", SqlUse.Insert),
        ("DO UPDATE", SqlUse.Upsert),
        ("DO NOTHING", SqlUse.InsertMissing),
        ("UPDATE", SqlUse.Update),
        ("DELETE", SqlUse.Delete),
        ("TRUNCATE, DELETE of all", SqlUse.Truncate),
    ];

    /// <summary><paramref name="page"/> with its parts made anew.</summary>
    public static string Regenerate(string page) => Replace(Replace(page, "<!-- acls -->\n", Acls()), "<!-- uses -->\n", Statements());

    private static string Replace(string page, string mark, string part)
    {
        var start = page.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        var end = page.IndexOf(End, start, StringComparison.Ordinal);
        return string.Concat(page.AsSpan(0, start), part, page.AsSpan(end));
    }

    private static string Acls()
    {
        var part = new StringBuilder("\n| capability | CDF's acl | in the portal | tables |\n|---|---|---|---|\n");
        var all = Tables().SelectMany(table => Needed(table.Definition)).Distinct();
        foreach (var capability in all.OrderBy(one => CdfAcl.All.IndexOf(one.Acl)).ThenBy(one => one.Action, StringComparer.Ordinal))
        {
            var tables = Tables().Where(table => Needed(table.Definition).Contains(capability)).Select(table => table.Name);
            part.Append(
                CultureInfo.InvariantCulture,
                $"| `{capability}` | `{capability.ApiName}` | {capability.Acl.Label}: {Capitalized(capability.Action)} | {string.Join(", ", tables)} |\n");
        }

        return part.Append('\n').ToString();
    }

    private static string Statements()
    {
        var part = new StringBuilder("\n| table | ");
        part.AppendJoin(" | ", Uses.Select(use => use.Heading)).Append(" |\n|---").AppendJoin(string.Empty, Uses.Select(_ => "|---")).Append("|\n");
        foreach (var (name, table) in Tables())
        {
            part.Append(CultureInfo.InvariantCulture, $"| {name} | ");
            part.AppendJoin(" | ", Uses.Select(use => table.Capabilities.For(use.Use) is { } needed ? Cell(needed) : "-")).Append(" |\n");
        }

        return part.Append('\n').ToString();
    }

    private static string Cell(IReadOnlyList<Capability> needed) =>
        needed.Count == 0 ? "none" : string.Join(" ", needed.Select(capability => $"`{capability}`"));

    private static string Capitalized(string action) => action[..1] + action[1..].ToLowerInvariant();

    private static IEnumerable<Capability> Needed(TableDefinition table) => Uses.SelectMany(use => table.Capabilities.For(use.Use) ?? []);

    private static IEnumerable<(string Name, TableDefinition Definition)> Tables() =>
    [
        .. BuiltInTables.All.Select(table => (table.Name, table)),
        ("your own over RAW", CustomRawTable.Define("t", "d", "t", primaryKey: null, [new("a", ColumnTypes.Text)])),
        ("your own over views", ViewTable.Define("t", ViewTableTests.View("node"), TableKind.Nodes)),
    ];
}
