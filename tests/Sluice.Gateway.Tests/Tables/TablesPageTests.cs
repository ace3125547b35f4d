using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Tests.Tables;

/// <summary>
/// docs/tables.md says what the definitions say. After a change of a definition, <c>SLUICE_WRITE_DOCS=1 dotnet test tests/Sluice.Gateway.Tests</c>
/// writes the page anew.
/// </summary>
public sealed class TablesPageTests
{
    [Fact]
    public void The_page_of_tables_is_what_the_definitions_say()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "tables.md"));
        var expected = TablesPage.Regenerate(page);
        if (Environment.GetEnvironmentVariable("SLUICE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository(), "docs", "tables.md"), expected);
        }

        Assert.Equal(expected, page);
    }

    [Fact]
    public void The_page_has_every_table()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "tables.md"));
        Assert.All(BuiltInTables.All, table => Assert.Contains(TablesPage.MarkOf(table.Name), page, StringComparison.Ordinal));
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
