namespace Sluice.Emulator.Access;

/// <summary>An access control list's name, its actions and the scopes it can have, in lower case.</summary>
internal sealed record AclDefinition(string Name, IReadOnlyList<string> Actions, IReadOnlyList<string> Scopes);

/// <summary>
/// The access control lists that a group may name. Names are matched without regard to case, since CDF and its SDKs differ in it.
/// </summary>
internal static class AclCatalog
{
    private static readonly string[] s_readWrite = ["READ", "WRITE"];
    private static readonly string[] s_allOnly = ["all"];
    private static readonly string[] s_dataSet = ["all", "datasetscope"];

    public static readonly IReadOnlyDictionary<string, AclDefinition> All = new AclDefinition[]
    {
        new("assetsAcl", s_readWrite, s_dataSet),
        new("eventsAcl", s_readWrite, s_dataSet),
        new("filesAcl", s_readWrite, s_dataSet),
        new("sequencesAcl", s_readWrite, s_dataSet),
        new("labelsAcl", s_readWrite, s_dataSet),
        new("relationshipsAcl", s_readWrite, s_dataSet),
        new("timeSeriesAcl", s_readWrite, ["all", "datasetscope", "idscope", "assetrootidscope"]),
        new("timeSeriesSubscriptionsAcl", s_readWrite, s_dataSet),
        new("rawAcl", ["READ", "WRITE", "LIST"], ["all", "tablescope"]),
        new("datasetsAcl", ["READ", "WRITE", "OWNER"], ["all", "idscope"]),
        new("extractionPipelinesAcl", s_readWrite, ["all", "idscope", "datasetscope"]),
        new("extractionRunsAcl", s_readWrite, ["all", "datasetscope", "extractionpipelinescope"]),
        new("extractionConfigsAcl", s_readWrite, ["all", "datasetscope", "extractionpipelinescope"]),
        new("dataModelsAcl", s_readWrite, ["all", "spaceidscope"]),
        new("dataModelInstancesAcl", ["READ", "WRITE", "WRITE_PROPERTIES"], ["all", "spaceidscope"]),
        new("sessionsAcl", ["LIST", "CREATE", "DELETE"], s_allOnly),
        new("projectsAcl", ["LIST", "READ", "CREATE", "UPDATE", "DELETE"], s_allOnly),
        new("groupsAcl", ["LIST", "READ", "CREATE", "UPDATE", "DELETE"], ["all", "currentuserscope"]),
        new("securityCategoriesAcl", ["MEMBEROF", "LIST", "CREATE", "UPDATE", "DELETE"], ["all", "idscope"]),
        new("postgresGatewayAcl", s_readWrite, ["all", "usersscope"]),
        new("transformationsAcl", s_readWrite, s_dataSet),
        new("workflowOrchestrationAcl", s_readWrite, s_dataSet),
        new("threedAcl", ["READ", "CREATE", "UPDATE", "DELETE"], s_dataSet),
    }.ToDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase);
}
