namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>Runs of CDF extraction pipelines. They are only ever added; identical runs of one statement are one.</summary>
internal static class ExtractionPipelineRunsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "extraction_pipeline_runs",
        Kind = TableKind.ExtractionPipelineRuns,
        Comment = "Runs of CDF extraction pipelines. INSERT adds runs; identical rows of one statement are one run. CDF neither changes nor deletes runs.",
        Capabilities = new TableCapabilities
        {
            Select = [CdfAcl.ExtractionRuns.Read],
            Insert = [CdfAcl.ExtractionRuns.Write, CdfAcl.DataSets.Read],
        },
        Insert = InsertEffect.Appends,
        PrimaryKey = ["id"],
        Columns =
        [
            CommonColumns.Id with { SinceVersion = 2 },
            CommonColumns.RequiredExternalId with { Updatable = false, Description = "External id of the pipeline." },
            CommonColumns.Enumeration("status", ["success", "failure", "seen"], "How the run went; seen means that the pipeline is alive.") with
            {
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
            },
            CommonColumns.Text("message", 1_000, "What there is to say of the run.") with { Updatable = false },
            new()
            {
                Name = "created_time",
                Type = ColumnTypes.TimestampTz,
                AlwaysReturned = true,
                Updatable = false,
                Description = "When the run was; now if not given.",
            },
        ],
    };
}
