using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Tests.Tables;

/// <summary>The parts of docs/tables.md that come from the definitions: between two marks, which a reader of the page does not see.</summary>
internal static class TablesPage
{
    private const string End = "<!-- end -->\n";

    /// <summary>The mark before the part about <paramref name="table"/>.</summary>
    public static string MarkOf(string table) => $"<!-- table {table} -->\n";

    /// <summary><paramref name="page"/> with all its parts made anew.</summary>
    public static string Regenerate(string page)
    {
        foreach (var table in BuiltInTables.All)
        {
            var start = page.IndexOf(MarkOf(table.Name), StringComparison.Ordinal);
            if (start >= 0)
            {
                var end = page.IndexOf(End, start, StringComparison.Ordinal);
                page = string.Concat(page.AsSpan(0, start), MarkOf(table.Name), Part(table), page.AsSpan(end));
            }
        }

        return page;
    }

    private static string Part(TableDefinition table)
    {
        var part = new StringBuilder();
        part.Append('\n').Append(Escape(table.Comment)).Append("\n\n");
        part.Append(Verbs(table)).Append("\n\n");
        part.Append(table.IsReadOnly ? "| column | type | CDF field | |\n|---|---|---|---|\n" : "| column | type | CDF field | INSERT | UPDATE | |\n|---|---|---|---|---|---|\n");
        foreach (var column in table.Columns)
        {
            part.Append(CultureInfo.InvariantCulture, $"| {column.Name} | {TypeName(column)} | {column.CdfField} | ");
            if (!table.IsReadOnly)
            {
                part.Append(CultureInfo.InvariantCulture, $"{Insert(column)} | {Update(table, column)} | ");
            }

            part.Append(Escape(About(column))).Append(" |\n");
        }

        return part.Append('\n').ToString();
    }

    private static string Verbs(TableDefinition table)
    {
        var capabilities = table.Capabilities;
        var text = new StringBuilder();
        if (!table.PrimaryKey.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"Primary key: {string.Join(", ", table.PrimaryKey)}. ");
        }

        foreach (var key in table.UniqueKeys)
        {
            text.Append(CultureInfo.InvariantCulture, $"Unique: {string.Join(", ", key)}. ");
        }

        if (!table.RequiredOneOf.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"INSERT needs {string.Join(" or ", table.RequiredOneOf)}. ");
        }

        text.Append("Capabilities: ");
        text.AppendJoin(", ", new (string Verb, ImmutableArray<Capability>? Capabilities)[]
        {
            ("SELECT", capabilities.Select),
            ("INSERT", capabilities.Insert),
            ("UPDATE", capabilities.Update),
            ("DELETE", capabilities.Delete),
        }.Select(verb => verb.Capabilities switch
        {
            null when table.IsReadOnly => $"{verb.Verb} is 55000",
            null => $"{verb.Verb} is 0A000, since CDF has no call for it",
            { } needed => $"{verb.Verb} {Capability.Format(needed)}",
        }));
        return text.Append('.').ToString();
    }

    private static string TypeName(ColumnDefinition column) => column.Type.DisplayName.ToUpperInvariant()
        .Replace("CHARACTER VARYING", "VARCHAR", StringComparison.Ordinal)
        .Replace("BOOLEAN", "BOOL", StringComparison.Ordinal)
        .Replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", StringComparison.Ordinal);

    private static string Insert(ColumnDefinition column) => (column.IsWritable, column.RequiredOnInsert) switch
    {
        (false, _) => "no",
        (_, true) => "required",
        _ => "yes",
    };

    private static string Update(TableDefinition table, ColumnDefinition column) =>
        (table.Capabilities.Update is not null && column.IsWritable && column.Updatable, column.Clearable) switch
        {
            (false, _) => "no",
            (_, true) => "yes",
            _ => "yes, not to NULL",
        };

    private static string About(ColumnDefinition column)
    {
        var bounds = LimitText.Of(column);
        return bounds.Length == 0 ? column.Description : $"{column.Description} Takes {bounds}.";
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
