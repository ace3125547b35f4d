using System.Text.Json;

namespace Sluice.Cdf.Resources;

/// <summary>
/// One capability of a token: <c>{"assetsAcl":{"actions":["READ"],"scope":{"all":{}}},"projectScope":{"projects":["p"]}}</c>. Names are compared without
/// regard to case, since CDF and its clients spell them in several ways.
/// </summary>
/// <param name="Acl">E.g. <c>assetsAcl</c>.</param>
/// <param name="Actions">E.g. READ and WRITE.</param>
/// <param name="Scope">Name of the scope, e.g. <c>all</c>, <c>datasetScope</c>, <c>usersScope</c>.</param>
/// <param name="ScopeValues">Strings and numbers that the scope lists, at whatever depth.</param>
/// <param name="Projects">Projects in which it holds; null for all.</param>
public sealed record CdfCapability(
    string Acl,
    IReadOnlyList<string> Actions,
    string Scope,
    IReadOnlyList<string> ScopeValues,
    IReadOnlyList<string>? Projects)
{
    /// <summary>It is an <paramref name="acl"/> with <paramref name="action"/> that holds in <paramref name="project"/>, whatever its scope.</summary>
    public bool Grants(string acl, string action, string project) =>
        string.Equals(Acl, acl, StringComparison.OrdinalIgnoreCase)
        && Actions.Contains(action, StringComparer.OrdinalIgnoreCase)
        && (Projects is null || Projects.Contains(project, StringComparer.Ordinal));

    /// <summary>Its scope has this name.</summary>
    public bool HasScope(string name) => string.Equals(Scope, name, StringComparison.OrdinalIgnoreCase);

    internal static CdfCapability? Read(JsonElement element)
    {
        var acl = element.EnumerateObject().FirstOrDefault(member => member.Name.EndsWith("Acl", StringComparison.OrdinalIgnoreCase));
        if (acl.Value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var scope = acl.Value.TryGetProperty("scope", out var scopes) && scopes.ValueKind == JsonValueKind.Object
            ? scopes.EnumerateObject().FirstOrDefault()
            : default;
        return new CdfCapability(
            acl.Name,
            [.. acl.Value.GetProperty("actions").EnumerateArray().Select(action => action.GetString()!)],
            scope.Value.ValueKind == JsonValueKind.Undefined ? string.Empty : scope.Name,
            [.. Values(scope.Value)],
            ProjectsOf(element));
    }

    private static List<string>? ProjectsOf(JsonElement element)
    {
        if (!element.TryGetProperty("projectScope", out var scope) || scope.TryGetProperty("allProjects", out _))
        {
            return null;
        }

        return scope.TryGetProperty("projects", out var projects) ? [.. projects.EnumerateArray().Select(project => project.GetString()!)] : [];
    }

    private static IEnumerable<string> Values(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Number => [element.GetRawText()],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Values),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Values(member.Value)),
        _ => [],
    };
}
