using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Relationships: directed links between two resources, neither of which has to exist.</summary>
internal sealed class Relationships(Project project) : ClassicResource(project, s_type)
{
    private static readonly string[] s_kinds = ["asset", "timeSeries", "file", "event", "sequence"];

    private static readonly TextField s_externalId = new("externalId", 255, 1) { Required = true, Immutable = true };
    private static readonly TextField s_source = new("sourceExternalId", 255, 1) { Required = true };
    private static readonly ChoiceField s_sourceType = new("sourceType", s_kinds) { Required = true };
    private static readonly TextField s_target = new("targetExternalId", 255, 1) { Required = true };
    private static readonly ChoiceField s_targetType = new("targetType", s_kinds) { Required = true };
    private static readonly IntegerField s_startTime = new("startTime") { Filterable = true };
    private static readonly IntegerField s_endTime = new("endTime") { Filterable = true };
    private static readonly IdField s_dataSetId = new("dataSetId");
    private static readonly LabelsField s_labels = new("labels") { Filterable = true };

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "relationships",
        Acl = "relationshipsAcl",
        UpdateAlsoNeeds = [new RequiredAction("relationshipsAcl", "READ")],
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        HasId = false,
        DeletedStatus = 202,
        MaxFilterDataSets = 1000,
        Fields =
        [
            s_externalId,
            s_source,
            s_sourceType,
            s_target,
            s_targetType,
            s_startTime,
            s_endTime,
            new NumberField("confidence", 0, 1) { Filterable = true },
            s_dataSetId,
            s_labels,
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Relationships not found: {0}",
            MissingExternalId = "Relationships not found: {0}",
            Duplicate = "Duplicate relationships: {0}",
            Conflict = "Relationships already exist: {0}",
        },
    }.Numbered();

    public override void Check(Record record, bool creating)
    {
        if (record.Number(s_startTime) >= record.Number(s_endTime))
        {
            throw CdfException.Violation("endTime", "must be after startTime");
        }
    }

    public override void Resolve(IReadOnlyList<Record> records, IReadOnlyList<Record> old) =>
        LabelReferences.Require(Project, NewReferences(records, old, s_labels.Of));

    public override Func<Record, bool>? Filter(string name, JsonElement value) => name switch
    {
        "sourceExternalIds" => OneOf(s_source, Texts(value, name)),
        "targetExternalIds" => OneOf(s_target, Texts(value, name)),
        "sourceTypes" => OneOf(s_sourceType, Kinds(value, name)),
        "targetTypes" => OneOf(s_targetType, Kinds(value, name)),
        "activeAtTime" => TimeRange.Active(NumberRange.Read(value, name), s_startTime, s_endTime),
        "sourcesOrTargets" => AtEitherEnd(JsonChecks.Array(value, name, 1, 1)[0]),
        _ => null,
    };

    private static Func<Record, bool> OneOf(Field field, HashSet<string> wanted) => r => wanted.Contains(r.Get<string>(field)!);

    private static Func<Record, bool> AtEitherEnd(JsonElement end)
    {
        JsonChecks.Object(end, "sourcesOrTargets");
        var kind = ChoiceField.Read(end.Required("type"), "type", s_kinds);
        var externalId = JsonChecks.Text(end.Required("externalId"), "externalId", 1, 255);
        return r => Is(r, s_source, s_sourceType) || Is(r, s_target, s_targetType);

        bool Is(Record r, Field name, Field type) => r.Get<string>(name) == externalId && r.Get<string>(type) == kind;
    }

    private static HashSet<string> Texts(JsonElement value, string name) =>
        JsonChecks.Array(value, name, 1, 1000).EnumerateArray()
            .Select(e => JsonChecks.Text(e, name, 1, 255)).ToHashSet(StringComparer.Ordinal);

    private static HashSet<string> Kinds(JsonElement value, string name) =>
        JsonChecks.Array(value, name, 1, 1000).EnumerateArray()
            .Select(e => ChoiceField.Read(e, name, s_kinds)).ToHashSet(StringComparer.Ordinal);
}
