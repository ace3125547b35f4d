using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Users;

/// <summary>The built-in tables that a user has otherwise than others, by his options.</summary>
internal static class TableVariants
{
    private const string StringDatapoints = "string_datapoints";
    private const string Value = "value";

    public static IEnumerable<TableDefinition> Of(UserOptions options)
    {
        IEnumerable<TableDefinition> variants = options.ExtendedColumns ? ExtendedTables.All : [];
        return options.StringLength is { } length ? variants.Append(WithLongStrings(length)) : variants;
    }

    private static TableDefinition WithLongStrings(int length)
    {
        var table = BuiltInTables.Find(StringDatapoints)!;
        return table with
        {
            Columns = [.. table.Columns.Select(column => column.Name != Value ? column : column with
            {
                Type = ColumnTypes.Varchar(length),
                Limits = column.Limits with { MaxCharacters = length },
            })],
        };
    }
}
