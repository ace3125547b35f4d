using System.Collections.Immutable;

namespace Sluice.Gateway.Tables;

/// <summary>What a job that was made for a table of version 1 must change for version 2.</summary>
/// <param name="Table">The table of version 1.</param>
/// <param name="NewName">Its name in version 2.</param>
/// <param name="Renamed">Columns that have another name, and which.</param>
/// <param name="Gone">Columns that are not there any more.</param>
/// <param name="Added">Columns that have come.</param>
public sealed record Version1Change(
    string Table,
    string NewName,
    ImmutableArray<KeyValuePair<string, string>> Renamed,
    ImmutableArray<string> Gone,
    ImmutableArray<string> Added)
{
    /// <summary>One for each table of version 1, in the order of names.</summary>
    public static ImmutableArray<Version1Change> All { get; } = [.. Version1Tables.All.Select(Of).OrderBy(change => change.Table, StringComparer.Ordinal)];

    /// <summary>The change in a few sentences.</summary>
    public override string ToString()
    {
        List<string> sentences = [];
        if (Table != NewName)
        {
            sentences.Add($"Write {NewName} for {Table}.");
        }

        if (!Renamed.IsEmpty)
        {
            sentences.Add($"Write {string.Join(", ", Renamed.Select(column => $"{column.Value} for {column.Key}"))}.");
        }

        if (!Gone.IsEmpty)
        {
            sentences.Add($"Leave out {string.Join(", ", Gone)}.");
        }

        if (!Added.IsEmpty)
        {
            sentences.Add($"Name the columns in INSERT, COPY and SELECT, since there are more of them: {string.Join(", ", Added)}.");
        }

        return sentences.Count == 0 ? $"{Table}: Nothing." : $"{Table}: {string.Join(' ', sentences)}";
    }

    private static Version1Change Of(TableDefinition table)
    {
        var now = BuiltInTables.Find(table.NameInVersion2)!;
        return new Version1Change(
            table.Name,
            now.Name,
            [.. table.Columns.Where(column => column.Name != column.NameInVersion2).Select(column => KeyValuePair.Create(column.Name, column.NameInVersion2))],
            [.. table.Columns.Where(column => now.FindColumn(column.NameInVersion2) is null).Select(column => column.Name)],
            [.. now.Columns.Where(column => column.SinceVersion > 1).Select(column => column.Name)]);
    }
}
