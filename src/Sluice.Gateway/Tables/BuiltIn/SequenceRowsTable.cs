namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>Rows of CDF sequences; an INSERT overwrites the cells of the same row and columns, and leaves the row's other columns.</summary>
internal static class SequenceRowsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "sequence_rows",
        Kind = TableKind.SequenceRows,
        Comment = "Rows of CDF sequences. INSERT overwrites the values of the same sequence, row and columns; the row's other columns stay.",
        Capabilities = new TableCapabilities
        {
            Select = [CdfAcl.Sequences.Read],
            Insert = [CdfAcl.Sequences.Write],
            Upsert = [CdfAcl.Sequences.Write],
            Update = [CdfAcl.Sequences.Read, CdfAcl.Sequences.Write],
            Delete = [CdfAcl.Sequences.Read, CdfAcl.Sequences.Write],
        },
        Insert = InsertEffect.Overwrites,
        UniqueKeys = [["external_id", "row_number"], ["id", "row_number"]],
        RequiredOneOf = ["external_id", "id"],
        FetchSize = 10_000,
        Columns =
        [
            CommonColumns.ExternalId with { Updatable = false, Description = "External id of the sequence. Give this or id." },
            new()
            {
                Name = "id",
                Type = ColumnTypes.BigInt,
                AlwaysReturned = true,
                Updatable = false,
                Description = "Internal id of the sequence. Give this or external_id.",
            },
            new()
            {
                Name = "row_number",
                Type = ColumnTypes.BigInt,
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MinNumber = 0 },
                Description = "Number of the row.",
            },
            new()
            {
                Name = "columns",
                Type = ColumnTypes.TextArray,
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MinItems = 1, MaxItems = 200 },
                Description = "External ids of the columns that values has values for, in that order.",
            },
            new()
            {
                Name = "values",
                NameInVersion1 = "row_values",
                Type = ColumnTypes.Json,
                Shape = ColumnShape.List,
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Clearable = false,
                Limits = new ColumnLimits { MinItems = 1, MaxItems = 200 },
                Description = "The values of these columns: [1.5,\"x\",null]. A string has at most 256 characters, a number lies between -1e100 and 1e100.",
            },
        ],
    };
}
