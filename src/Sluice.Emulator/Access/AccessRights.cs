using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Access;

/// <summary>What a caller may do in a project: the union over the groups that the token matches.</summary>
internal sealed class AccessRights
{
    private readonly Dictionary<string, Grant> _grants = new(StringComparer.OrdinalIgnoreCase);

    public AccessRights(IReadOnlyList<Group> groups)
    {
        Groups = groups;
        foreach (var capability in groups.SelectMany(g => g.Capabilities))
        {
            Add(capability);
        }
    }

    public IReadOnlyList<Group> Groups { get; }

    public Grant? Find(string acl, string action) => _grants.GetValueOrDefault($"{acl}:{action}");

    /// <summary>The grant, or 403.</summary>
    public Grant Require(string acl, string action) => Find(acl, action) ?? throw CdfException.Forbidden();

    /// <summary>The grant, or 403 if it or one of the others is not there.</summary>
    public Grant Require(string acl, string action, IReadOnlyList<RequiredAction> others) =>
        others.All(o => Find(o.Acl, o.Action) is not null) ? Require(acl, action) : throw CdfException.Forbidden();

    private void Add(Capability capability)
    {
        foreach (var action in capability.Actions)
        {
            var key = $"{capability.Acl}:{action}";
            if (!_grants.TryGetValue(key, out var grant))
            {
                grant = new Grant();
                _grants.Add(key, grant);
            }

            AddScope(grant, capability.Scope, capability.ScopeValue);
        }
    }

    private static void AddScope(Grant grant, string scope, JsonElement value)
    {
        switch (scope)
        {
            case "all":
                grant.All = true;
                break;
            case "datasetscope":
                grant.DataSetIds.UnionWith(Capability.Numbers(value, "ids"));
                break;
            case "idscope":
                grant.Ids.UnionWith(Capability.Numbers(value, "ids"));
                break;
            case "extractionpipelinescope":
                grant.PipelineIds.UnionWith(Capability.Numbers(value, "ids"));
                break;
            case "assetrootidscope":
                grant.RootAssetIds.UnionWith(Capability.Numbers(value, "rootIds"));
                break;
            case "spaceidscope":
                grant.Spaces.UnionWith(Capability.Texts(value, "spaceIds"));
                break;
            case "currentuserscope":
                grant.CurrentUser = true;
                break;
            case "tablescope":
                foreach (var (database, tables) in Capability.Tables(value))
                {
                    grant.AddTables(database, tables);
                }

                break;
        }
    }
}
