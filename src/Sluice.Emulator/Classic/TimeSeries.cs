using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;
using Sluice.Emulator.Units;

namespace Sluice.Emulator.Classic;

/// <summary>Time series: what data points belong to; numeric or string, for ever.</summary>
internal sealed class TimeSeries(Project project) : ClassicResource(project, s_type)
{
    private static readonly TextField s_externalId = new("externalId", 255);
    private static readonly BooleanField s_isString = new("isString") { Absent = false, Immutable = true, Filterable = true };
    private static readonly BooleanField s_isStep = new("isStep") { Absent = false, NoSetNull = true, Filterable = true };
    private static readonly TextField s_unit = new("unit", 32) { Filterable = true };
    private static readonly TextField s_unitExternalId = new("unitExternalId", 64) { Filterable = true };
    private static readonly IdField s_assetId = new("assetId");
    private static readonly IdField s_dataSetId = new("dataSetId");

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "timeseries",
        Acl = "timeSeriesAcl",
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        HasInstances = true,
        Fields =
        [
            s_externalId,
            new TextField("name", 255) { Filterable = true },
            s_isString,
            new MetadataField("metadata", new MetadataLimits(256, 128, 10_000, 10_000))
            {
                Absent = new Dictionary<string, string>(StringComparer.Ordinal), Filterable = true,
            },
            s_unit,
            s_unitExternalId,
            s_assetId,
            s_isStep,
            new TextField("description", 1000),
            new IdListField("securityCategories", 100) { Absent = Array.Empty<long>() },
            s_dataSetId,
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Time series not found",
            MissingExternalId = "Time series not found",
            Duplicate = "Duplicate time series references",
            DuplicateStatus = StatusCodes.Status422UnprocessableEntity,
            Conflict = "External ids already exist",
            Alias = "Conflicting time series references",
        },
    }.Numbered();

    public static bool IsString(Record series) => series.Flag(s_isString);

    public static bool IsStep(Record series) => series.Flag(s_isStep);

    public static string? ExternalIdOf(Record series) => series.Get<string>(s_externalId);

    public static string? UnitOf(Record series) => series.Get<string>(s_unit);

    public static string? UnitExternalIdOf(Record series) => series.Get<string>(s_unitExternalId);

    public override void Check(Record record, bool creating)
    {
        if (IsString(record) && UnitExternalIdOf(record) is not null)
        {
            throw CdfException.BadRequest("unitExternalId can only be given for numeric time series");
        }

        if (UnitExternalIdOf(record) is { } unit && UnitCatalog.Find(unit) is null)
        {
            throw CdfException.BadRequest($"Unit external id {unit} is not in the unit catalog");
        }
    }

    public override void Resolve(IReadOnlyList<Record> records, IReadOnlyList<Record> old) =>
        AssetReferences.Require(Project, NewReferences(records, old, AssetIdsOf));

    public override void Changed(Record? old, Record? changed)
    {
        if (changed is null)
        {
            Project.DataPoints.Forget(old!.Id);
        }
    }

    public override bool Covers(Grant grant, Record record) =>
        base.Covers(grant, record)
        || grant.Ids.Contains(record.Id)
        || (grant.RootAssetIds.Count > 0
            && record.Number(s_assetId) is { } id
            && Project.Assets.Store.Find(id) is { } asset
            && grant.RootAssetIds.Contains(Project.Assets.RootOf(asset)));

    public override Func<Record, bool>? Filter(string name, JsonElement value)
    {
        if (name == "unitQuantity")
        {
            var quantity = JsonChecks.String(value, name);
            return r => UnitExternalIdOf(r) is { } unit && UnitCatalog.Find(unit)?.Quantity == quantity;
        }

        return AssetReferences.Filter(Project, name, value, 100, AssetIdsOf);
    }

    public override void WriteDerived(Utf8JsonWriter writer, Record record, ListOptions options)
    {
        writer.WriteString("type"u8, IsString(record) ? "string"u8 : "numeric"u8);
        writer.WriteStartArray("accessCategories"u8);
        writer.WriteEndArray();
    }

    private static long[] AssetIdsOf(Record record) => record.Number(s_assetId) is { } id ? [id] : [];
}
