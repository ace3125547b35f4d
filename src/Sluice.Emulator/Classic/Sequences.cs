using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Sequences: tables with typed columns and numbered rows.</summary>
internal sealed class Sequences(Project project) : ClassicResource(project, s_type)
{
    private static readonly TextField s_externalId = new("externalId", 255);
    private static readonly IdField s_assetId = new("assetId");
    private static readonly IdField s_dataSetId = new("dataSetId");
    private static readonly SequenceColumnsField s_columns = new("columns") { Required = true };

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "sequences",
        Acl = "sequencesAcl",
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        GetLimit = 25,
        Fields =
        [
            s_externalId,
            new TextField("name", 255) { Filterable = true },
            new TextField("description", 1000),
            s_assetId,
            new MetadataField("metadata", new MetadataLimits(256, 128, 10_000, 10_000)) { Filterable = true },
            s_columns,
            s_dataSetId,
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Sequences not found: {0}",
            MissingExternalId = "Sequences not found: {0}",
            Duplicate = "Duplicate sequences: {0}",
            Conflict = "Sequences already exist: {0}",
        },
    }.Numbered();

    public static string? ExternalIdOf(Record sequence) => sequence.Get<string>(s_externalId);

    public static SequenceColumns ColumnsOf(Record sequence) => sequence.Get<SequenceColumns>(s_columns)!;

    public override void Resolve(IReadOnlyList<Record> records, IReadOnlyList<Record> old)
    {
        AssetReferences.Require(Project, NewReferences(records, old, AssetIdsOf));
        foreach (var record in records)
        {
            record.Values[s_columns.Ordinal] = ColumnsOf(record).Stored(Project.Ids, Project.State.NowMs);
        }
    }

    public override void Changed(Record? old, Record? changed)
    {
        if (changed is null)
        {
            Project.SequenceRows.Forget(old!.Id);
        }
    }

    public override Func<Record, bool>? Filter(string name, JsonElement value) =>
        AssetReferences.Filter(Project, name, value, 100, AssetIdsOf);

    private static long[] AssetIdsOf(Record record) => record.Number(s_assetId) is { } id ? [id] : [];
}
