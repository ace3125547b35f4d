using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Tests.Tables;

/// <summary>
/// docs/tables.md and docs/capabilities.md say what the definitions say. After a change of a definition, <c>SLUICE_WRITE_DOCS=1 dotnet test tests/Sluice.Gateway.Tests</c>
/// writes the pages anew.
/// </summary>
public sealed class TablesPageTests
{
    [Fact]
    public void The_page_of_tables_is_what_the_definitions_say() => AssertIsWhatTheDefinitionsSay("tables.md", TablesPage.Regenerate);

    [Fact]
    public void The_page_of_capabilities_is_what_the_definitions_say() => AssertIsWhatTheDefinitionsSay("capabilities.md", CapabilitiesPage.Regenerate);

    [Fact]
    public void The_page_has_every_table()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "tables.md"));
        Assert.All(BuiltInTables.All, table => Assert.Contains(TablesPage.MarkOf(table.Name), page, StringComparison.Ordinal));
    }

    private static void AssertIsWhatTheDefinitionsSay(string name, Func<string, string> regenerate)
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, name));
        var expected = regenerate(page);
        if (Environment.GetEnvironmentVariable("SLUICE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository(), "docs", name), expected);
        }

        Assert.Equal(expected, page);
    }

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!directory.EnumerateFiles("*.slnx").Any())
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}
