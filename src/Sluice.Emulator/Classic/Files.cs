using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Files: their metadata, and whether content was uploaded. The content itself is not kept.</summary>
internal sealed class Files(Project project) : ClassicResource(project, s_type)
{
    private const int MaxFilterAssets = 100;

    private static readonly TextField s_externalId = new("externalId", 255);
    private static readonly TextField s_directory = new("directory", 512);
    private static readonly IdListField s_assetIds = new("assetIds", 1000, 1);
    private static readonly IdField s_dataSetId = new("dataSetId");
    private static readonly LabelsField s_labels = new("labels") { Filterable = true };
    private static readonly BooleanField s_uploaded = new("uploaded") { Absent = false, ReadOnly = true, Filterable = true };
    private static readonly IntegerField s_uploadedTime = new("uploadedTime") { ReadOnly = true, Filterable = true };

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "files",
        Acl = "filesAcl",
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        HasInstances = true,
        Fields =
        [
            s_externalId,
            new TextField("name", 256, 1) { Required = true, Immutable = true, Filterable = true },
            s_directory,
            new TextField("source", 128) { Filterable = true },
            new TextField("mimeType", 256) { Filterable = true },
            new MetadataField("metadata", new MetadataLimits(256, 128, 10_240, 10_240)) { Filterable = true },
            s_assetIds,
            s_dataSetId,
            new IntegerField("sourceCreatedTime") { Filterable = true },
            new IntegerField("sourceModifiedTime") { Filterable = true },
            new IdListField("securityCategories", 100),
            s_labels,
            new JsonField("geoLocation", GeoLocation.Check),
            s_uploaded,
            s_uploadedTime,
        ],
        Errors = new ResourceErrors
        {
            MissingId = "File ids not found: {0}",
            MissingExternalId = "Files ids not found: {0}",
            Duplicate = "Duplicate ids: {0}",
            DuplicateExternalId = "Duplicate external ids: {0}",
            Conflict = "Duplicate external ids: {0}",
        },
    }.Numbered();

    private readonly Dictionary<long, string> _tickets = [];

    /// <summary>What lets a caller upload the content of a file; the last one given out is the valid one.</summary>
    public string NewTicket(Record file) => _tickets[file.Id] = $"{file.Id:x}-{Guid.NewGuid():n}";

    /// <summary>The file of a ticket, or null if it is not valid or no more.</summary>
    public Record? OfTicket(string ticket) =>
        long.TryParse(ticket.Split('-')[0], System.Globalization.NumberStyles.HexNumber, provider: null, out var id)
        && _tickets.GetValueOrDefault(id) == ticket
            ? Store.Find(id)
            : null;

    /// <summary>The same file with content.</summary>
    public static Record Uploaded(Record file, long now)
    {
        var values = (object?[])file.Values.Clone();
        values[s_uploaded.Ordinal] = true;
        values[s_uploadedTime.Ordinal] = now;
        return file with { Values = values };
    }

    /// <summary>A file that takes the place of another one, whose content stays until there is new content.</summary>
    public static Record Overwriting(Record old, Record draft, long now)
    {
        draft.Values[s_uploaded.Ordinal] = old.Values[s_uploaded.Ordinal];
        draft.Values[s_uploadedTime.Ordinal] = old.Values[s_uploadedTime.Ordinal];
        return old with { Values = draft.Values, LastUpdatedTime = now };
    }

    public override void Check(Record record, bool creating)
    {
        if (record.Get<string>(s_directory) is { } directory && !directory.StartsWith('/'))
        {
            throw CdfException.Violation("directory", "must be an absolute path that starts with /");
        }
    }

    public override void Resolve(IReadOnlyList<Record> records, IReadOnlyList<Record> old)
    {
        AssetReferences.Require(Project, NewReferences(records, old, AssetIdsOf));
        LabelReferences.Require(Project, NewReferences(records, old, s_labels.Of));
    }

    public override void Changed(Record? old, Record? changed)
    {
        if (changed is null)
        {
            _tickets.Remove(old!.Id);
        }
    }

    public override Func<Record, bool>? Filter(string name, JsonElement value)
    {
        switch (name)
        {
            case "directoryPrefix":
                var prefix = JsonChecks.Text(value, name, 0, 512);
                return r => r.Get<string>(s_directory)?.StartsWith(prefix, StringComparison.Ordinal) == true;
            case "rootAssetIds" when value is { ValueKind: JsonValueKind.Array } && value.EnumerateArray().Any(IsKey):
                // Keys in the body, but ids in the query of a GET; an asset is below its root.
                return AssetReferences.Filter(Project, "assetSubtreeIds", value, MaxFilterAssets, AssetIdsOf);
            default:
                return AssetReferences.Filter(Project, name, value, MaxFilterAssets, AssetIdsOf);
        }
    }

    private static bool IsKey(JsonElement value) => value.ValueKind == JsonValueKind.Object;

    private static long[] AssetIdsOf(Record record) => record.Get<long[]>(s_assetIds) ?? [];
}
