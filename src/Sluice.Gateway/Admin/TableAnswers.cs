using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>How tables look in answers.</summary>
internal static class TableAnswers
{
    public const string RawRows = "raw_rows";
    public const string View = "view";
    private const string Nodes = "nodes";
    private const string Edges = "edges";
    public const string BuiltIn = "built_in";

    /// <summary>A custom table; with its time of creation only in the answer to its creation.</summary>
    public static TableAnswer Of(CustomTable table, bool created)
    {
        var createdTime = created ? table.CreatedTime.ToUnixTimeMilliseconds() : (long?)null;
        return table.Declaration switch
        {
            RawTableDeclaration raw => new TableAnswer(
                RawRows,
                raw.Tablename,
                Columns(raw.Columns.Select(column => (column.Name, new ColumnAnswer(column.Type, column.RawColumn)))),
                new TableOptionsAnswer { Database = raw.Database, Table = raw.Table, PrimaryKey = raw.PrimaryKey },
                createdTime),
            ViewTableDeclaration view => new TableAnswer(
                created ? View : view.HasEdges ? Edges : Nodes,
                view.Tablename,
                ColumnsOf(view.ToDefinition()),
                new TableOptionsAnswer { Space = view.View.Space, ExternalId = view.View.ExternalId, Version = view.View.Version },
                createdTime),
            var other => throw new InvalidOperationException($"A table of an unknown kind: {other.GetType().Name}."),
        };
    }

    /// <summary>A built-in table. Types have no length, since the documented list of types has none.</summary>
    public static TableAnswer Of(TableDefinition table) => new(BuiltIn, table.Name, ColumnsOf(table), Options: null);

    private static OrderedDictionary<string, ColumnAnswer> ColumnsOf(TableDefinition table) =>
        Columns(table.Columns.Select(column => (column.Name, new ColumnAnswer(TypeName(column)))));

    private static OrderedDictionary<string, ColumnAnswer> Columns(IEnumerable<(string Name, ColumnAnswer Column)> columns) =>
        new(columns.Select(column => KeyValuePair.Create(column.Name, column.Column)), StringComparer.Ordinal);

    private static string TypeName(ColumnDefinition column) =>
        CustomColumnTypes.NameOf(new(column.Type.Type)) ?? column.Type.DisplayName.ToUpperInvariant();
}
