using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>How tables look in answers.</summary>
internal static class TableAnswers
{
    public const string RawRows = "raw_rows";
    public const string View = "view";
    private const string BuiltIn = "built_in";

    /// <summary>A custom table; with its time of creation only in the answer to its creation.</summary>
    public static TableAnswer Of(CustomTable table, bool created)
    {
        var declaration = table.Declaration;
        return new TableAnswer(
            RawRows,
            declaration.Tablename,
            new OrderedDictionary<string, ColumnAnswer>(declaration.Columns.Select(c => KeyValuePair.Create(c.Name, new ColumnAnswer(c.Type))), StringComparer.Ordinal),
            new RawOptionsAnswer(declaration.Database, declaration.Table, declaration.PrimaryKey),
            created ? table.CreatedTime.ToUnixTimeMilliseconds() : null);
    }

    /// <summary>A built-in table. Types have no length, since the documented list of types has none.</summary>
    public static TableAnswer Of(TableDefinition table) => new(
        BuiltIn,
        table.Name,
        new OrderedDictionary<string, ColumnAnswer>(
            table.Columns.Select(column => KeyValuePair.Create(column.Name, new ColumnAnswer(TypeName(column)))),
            StringComparer.Ordinal),
        Options: null);

    private static string TypeName(ColumnDefinition column) =>
        CustomColumnTypes.NameOf(new(column.Type.Type)) ?? column.Type.DisplayName.ToUpperInvariant();
}
