using Sluice.Administration;

namespace Sluice.Apply;

/// <summary>Compares the tables that are declared for a user with those that he has. The order of columns, which cannot be changed, is not compared.</summary>
internal static class TablePlanner
{
    /// <summary>The step that makes a table.</summary>
    public static Step Create(TableInfo table) => new(
        ChangeKind.Add,
        $"table {table.Tablename}: {Describe(table)}",
        (gateway, user, cancellation) => gateway.CreateTableAsync(user, table, cancellation));

    /// <summary>What makes <paramref name="existing"/> as declared.</summary>
    public static IEnumerable<Step> Changes(IReadOnlyList<TableInfo> existing, IReadOnlyList<TableInfo> declared)
    {
        Dictionary<string, TableInfo> byName = existing.ToDictionary(table => table.Tablename, StringComparer.Ordinal);
        foreach (TableInfo table in declared)
        {
            IEnumerable<Step> steps = !byName.TryGetValue(table.Tablename, out TableInfo? found) ? [Create(table)]
                : IsElsewhere(found, table) ? [Replace(found, table)]
                : table.Columns is null ? []
                : Columns(found, table);
            foreach (Step step in steps)
            {
                yield return step;
            }
        }

        foreach (TableInfo table in existing.Where(table => !declared.Any(wanted => wanted.Tablename == table.Tablename)))
        {
            yield return new Step(
                ChangeKind.Remove,
                $"table {table.Tablename}: {Describe(table)}",
                (gateway, user, cancellation) => gateway.DeleteTablesAsync(user, [table.Tablename], cancellation))
            {
                NeedsPrune = true,
            };
        }
    }

    private static IEnumerable<Step> Columns(TableInfo found, TableInfo declared)
    {
        string name = declared.Tablename;
        OrderedDictionary<string, ColumnInfo> has = found.Columns ?? [];
        if (declared.Columns!.Any(column => has.TryGetValue(column.Key, out ColumnInfo? type) && type.Type != column.Value.Type))
        {
            yield return Replace(found, declared);
            yield break;
        }

        foreach ((string column, ColumnInfo type) in declared.Columns!.Where(column => !has.ContainsKey(column.Key)))
        {
            var update = new ColumnsChange { Add = new(StringComparer.Ordinal) { [column] = type } };
            yield return new Step(
                ChangeKind.Add,
                $"column {name}.{column}: {type.Type}",
                (gateway, user, cancellation) => gateway.UpdateTableAsync(user, name, update, cancellation));
        }

        foreach ((string column, ColumnInfo type) in has.Where(column => !declared.Columns!.ContainsKey(column.Key)))
        {
            var update = new ColumnsChange { Drop = [column] };
            yield return new Step(
                ChangeKind.Remove,
                $"column {name}.{column}: {type.Type}",
                (gateway, user, cancellation) => gateway.UpdateTableAsync(user, name, update, cancellation))
            {
                NeedsPrune = true,
            };
        }
    }

    private static Step Replace(TableInfo found, TableInfo declared) => new(
        ChangeKind.Change,
        $"table {declared.Tablename}: {Describe(found)} -> {Describe(declared)}",
        async (gateway, user, cancellation) =>
        {
            await gateway.DeleteTablesAsync(user, [found.Tablename], cancellation);
            await gateway.CreateTableAsync(user, declared, cancellation);
        })
    {
        NeedsPrune = true,
        IsNeeded = true,
    };

    /// <summary>Whether the rows are in another place, or under another key. A view's version and kind of instances count only if they are declared.</summary>
    private static bool IsElsewhere(TableInfo found, TableInfo declared) => (found.Options, declared.Options!) switch
    {
        (null, _) => true,
        (var has, { Database: not null } wanted) =>
            has.Database != wanted.Database || has.Table != wanted.Table || has.PrimaryKey != wanted.PrimaryKey,
        (var has, var wanted) =>
            has.Space != wanted.Space || has.ExternalId != wanted.ExternalId || (wanted.Version is not null && wanted.Version != has.Version)
            || (wanted.InstanceType is not null && (found.Type == TableInfo.Edges) != (wanted.InstanceType == "edge")),
    };

    private static string Describe(TableInfo table) => table.Options is not { } options ? table.Type
        : options.Database is null ? $"view {options}{(options.InstanceType == "edge" || table.Type == TableInfo.Edges ? " (edges)" : string.Empty)}"
        : $"RAW {options}, {string.Join(", ", (table.Columns ?? []).Select(column => $"{column.Key} {column.Value.Type}{(column.Key == options.PrimaryKey ? " key" : string.Empty)}"))}";
}
