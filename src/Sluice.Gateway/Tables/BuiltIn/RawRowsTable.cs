namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>Rows of all RAW tables; an INSERT replaces the row of the same key, and creates database and table if they are missing.</summary>
internal static class RawRowsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "raw_rows",
        Kind = TableKind.RawRows,
        Comment = "Rows of all RAW tables. INSERT replaces the whole row of the same key; a missing database or table is created.",
        PrimaryKey = ["_raw_database", "_raw_table", "_raw_key"],
        FetchSize = 10_000,
        Columns =
        [
            CommonColumns.Text("_raw_database", 32, "Name of the RAW database. Required.") with
            {
                CdfField = "database",
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 32 },
            },
            CommonColumns.Text("_raw_table", 64, "Name of the RAW table. Required.") with
            {
                CdfField = "table",
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 64 },
            },
            new()
            {
                Name = "_raw_key",
                Type = ColumnTypes.Text,
                CdfField = "key",
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MaxCharacters = 1_024 },
                Comment = "Key of the row. Required. At most 1024 characters.",
            },
            new()
            {
                Name = "_raw_columns",
                Type = ColumnTypes.Json,
                CdfField = "columns",
                Shape = ColumnShape.Object,
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Limits = new ColumnLimits { MaxBytes = 5 * 1_024 * 1_024 },
                Comment = "The row's columns, a JSON object of at most 5 MiB. Required.",
            },
            CommonColumns.LastUpdatedTime with { Name = "_raw_last_updated_time", CdfField = "lastUpdatedTime" },
        ],
    };
}
