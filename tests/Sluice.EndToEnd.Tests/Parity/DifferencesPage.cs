namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>The manual's page docs/differences.md, which comes with the tests.</summary>
internal static class DifferencesPage
{
    private static readonly HashSet<string> Entries = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "differences.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line.Split(" | ")[0][2..])];

    /// <summary>Whether the page has a row whose first column is this text.</summary>
    public static bool Has(string entry) => Entries.Contains(entry);
}
