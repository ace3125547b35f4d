using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Data sets: what capabilities are scoped by. They cannot be deleted.</summary>
internal sealed class DataSets(Project project) : ClassicResource(project, s_type)
{
    private static readonly TextField s_externalId = new("externalId", 255);
    private static readonly BooleanField s_writeProtected = new("writeProtected") { Absent = false, NoSetNull = true, Filterable = true };

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "datasets",
        Acl = "datasetsAcl",
        ExternalId = s_externalId,
        CreateMax = 10,
        CreatedStatus = StatusCodes.Status200OK,
        Fields =
        [
            s_externalId,
            new TextField("name", 50, 1),
            new TextField("description", 500, 1),
            new MetadataField("metadata", new MetadataLimits(256, 128, 10_240, 10_240))
            {
                Absent = new Dictionary<string, string>(StringComparer.Ordinal), Filterable = true,
            },
            s_writeProtected,
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Data set ids not found",
            MissingExternalId = "Data set ids not found",
            Duplicate = "Data set id duplicated",
            Conflict = "Data set id duplicated",
        },
    }.Numbered();

    // A data set that is being created has no id yet, so that only an unlimited grant covers it.
    public override bool Covers(Grant grant, Record record) => grant.All || grant.Ids.Contains(record.Id);

    /// <summary>400 if one of the data sets does not exist, in the words of the resource that refers to it.</summary>
    public void Require(IEnumerable<long> ids, ResourceType referring)
    {
        var unknown = ids.Distinct().Where(id => Store.Find(id) is null).ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        throw referring.Name is "assets" or "events"
            ? CdfException.BadRequest($"Invalid dataSetIds: {string.Join(",", unknown)}")
            : new CdfException(StatusCodes.Status400BadRequest, $"Data set ids not found: {string.Join(", ", unknown)}")
            {
                Missing = [.. unknown.Select(id => new ItemKey(id))],
            };
    }

    /// <summary>403 if one of the data sets is write-protected and the caller does not own it.</summary>
    public void RequireOwner(IEnumerable<long> ids, AccessRights rights)
    {
        var closed = ids.Distinct().Select(Store.Find).OfType<Record>().Where(d => d.Flag(s_writeProtected)).ToList();
        if (closed.Count > 0 && (rights.Find("datasetsAcl", "OWNER") is not { } owner || !closed.TrueForAll(d => Covers(owner, d))))
        {
            throw CdfException.Forbidden();
        }
    }

    /// <summary>The ids of <c>[{"id"}|{"externalId"}]</c>; unknown ones name nothing.</summary>
    public HashSet<long> ResolveKeys(JsonElement keys) =>
        [.. keys.EnumerateArray().Select(k => Store.Find(ItemKey.Read(k))).OfType<Record>().Select(d => d.Id)];
}
