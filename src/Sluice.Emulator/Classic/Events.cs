using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Events: things that happened over a time, to assets.</summary>
internal sealed class Events(Project project) : ClassicResource(project, s_type)
{
    private static readonly TextField s_externalId = new("externalId", 255);
    private static readonly IntegerField s_startTime = new("startTime") { Filterable = true };
    private static readonly IntegerField s_endTime = new("endTime") { Filterable = true };
    private static readonly IdListField s_assetIds = new("assetIds", 10_000);
    private static readonly IdField s_dataSetId = new("dataSetId");

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "events",
        Acl = "eventsAcl",
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        RejectsManyPartitions = true,
        CountsOnly = true,
        Fields =
        [
            s_externalId,
            s_dataSetId,
            s_startTime,
            s_endTime,
            new TextField("type", 64) { Filterable = true },
            new TextField("subtype", 64) { Filterable = true },
            new TextField("description", 500),
            new MetadataField("metadata", new MetadataLimits(256, 128, 128_000, 200_000)) { Filterable = true },
            s_assetIds,
            new TextField("source", 128) { Filterable = true },
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Event id not found",
            MissingExternalId = "Event id not found",
            Duplicate = "Event id duplicated",
            Conflict = "Event id duplicated",
            ShufflesMissing = true,
        },
    }.Numbered();

    public override void Check(Record record, bool creating)
    {
        if (record.Number(s_startTime) > record.Number(s_endTime))
        {
            throw CdfException.Violation("endTime", "must not be before startTime");
        }
    }

    public override void Resolve(IReadOnlyList<Record> records, IReadOnlyList<Record> old) =>
        AssetReferences.Require(Project, NewReferences(records, old, AssetIdsOf));

    public override Func<Record, bool>? Filter(string name, JsonElement value)
    {
        if (name == "activeAtTime")
        {
            return TimeRange.Active(NumberRange.Read(value, name), s_startTime, s_endTime);
        }

        return AssetReferences.Filter(Project, name, value, 5000, AssetIdsOf);
    }

    private static long[] AssetIdsOf(Record record) => record.Get<long[]>(s_assetIds) ?? [];
}
