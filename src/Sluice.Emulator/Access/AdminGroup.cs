using System.Text.Json;

namespace Sluice.Emulator.Access;

/// <summary>The group that the emulator starts with: every action of every acl, without limits.</summary>
internal static class AdminGroup
{
    public static Group Make(string sourceId) => new()
    {
        Name = "Administrators",
        SourceId = sourceId,
        Capabilities = [.. AclCatalog.All.Values.Select(All)],
    };

    private static Capability All(AclDefinition acl)
    {
        var actions = string.Join(',', acl.Actions.Select(a => $"\"{a}\""));
        using var json = JsonDocument.Parse($$"""{ "{{acl.Name}}": { "actions": [{{actions}}], "scope": { "all": {} } } }""");
        return Capability.Read(json.RootElement);
    }
}
