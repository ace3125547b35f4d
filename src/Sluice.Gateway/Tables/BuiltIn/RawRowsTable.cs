namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>Rows of all RAW tables; an INSERT replaces the row of the same key, and creates database and table if they are missing.</summary>
internal static class RawRowsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "raw_rows",
        NameInVersion1 = "raw",
        Kind = TableKind.RawRows,
        Comment = "Rows of all RAW tables. INSERT replaces the whole row of the same key; a missing database or table is created.",
        Capabilities = RawColumns.Capabilities with { Truncate = [CdfAcl.Raw.List, CdfAcl.Raw.Read, CdfAcl.Raw.Write] },
        Insert = InsertEffect.Overwrites,
        PrimaryKey = ["_raw_database", "_raw_table", "_raw_key"],
        FetchSize = 10_000,
        Columns =
        [
            RawColumns.Database with { NameInVersion1 = "database", TypeInVersion1 = ColumnTypes.UnboundedVarchar },
            RawColumns.Table with { NameInVersion1 = "table", TypeInVersion1 = ColumnTypes.UnboundedVarchar },
            new()
            {
                Name = "_raw_key",
                NameInVersion1 = "key",
                TypeInVersion1 = ColumnTypes.Varchar(1_024),
                Type = ColumnTypes.Text,
                CdfField = "key",
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MaxCharacters = 1_024 },
                Description = "Key of the row.",
            },
            new()
            {
                Name = "_raw_columns",
                NameInVersion1 = "columns",
                Type = ColumnTypes.Json,
                CdfField = "columns",
                Shape = ColumnShape.Object,
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Clearable = false,
                Limits = new ColumnLimits { MaxBytes = 5 * 1_024 * 1_024 },
                Description = "The row's columns, a JSON object.",
            },
            CommonColumns.LastUpdatedTime with { Name = "_raw_last_updated_time", CdfField = "lastUpdatedTime", SinceVersion = 2 },
        ],
    };
}
