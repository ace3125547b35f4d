using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Labels: words to tag other resources with. They have no internal id and cannot be changed.</summary>
internal sealed class Labels(Project project) : ClassicResource(project, s_type)
{
    private static readonly TextField s_externalId = new("externalId", 255, 1) { Required = true };
    private static readonly IdField s_dataSetId = new("dataSetId");

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "labels",
        Acl = "labelsAcl",
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        HasId = false,
        HasLastUpdatedTime = false,
        HasPartitions = false,
        DeleteCanIgnoreUnknown = false,
        MaxFilterDataSets = 1000,
        Fields =
        [
            s_externalId,
            new TextField("name", 140, 1) { Required = true, Filterable = true },
            new TextField("description", 500),
            s_dataSetId,
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Label ids not found: {0}",
            MissingExternalId = "Label ids not found: {0}",
            Duplicate = "Duplicate label ids: {0}",
            Conflict = "Label ids already exist: {0}",
        },
    }.Numbered();
}
