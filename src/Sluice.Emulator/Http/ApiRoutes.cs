using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sluice.Emulator.Http;

/// <summary>Handles one operation. It throws <see cref="CdfException"/> for what CDF refuses.</summary>
internal delegate ValueTask<Reply> CdfHandler(CdfCall call);

/// <summary>Registers the operations of <c>/api/v1/projects/{project}</c>.</summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder endpoints, CdfPipeline pipeline)
{
    private const string ProjectPrefix = "/api/v1/projects/{project}";

    public void Get(string pattern, CdfHandler handler) => Map("GET", pattern, handler, CallerCheck.Project);

    public void Post(string pattern, CdfHandler handler) => Map("POST", pattern, handler, CallerCheck.Project);

    /// <summary>An operation of a project that checks its caller itself.</summary>
    public void PostUnchecked(string pattern, CdfHandler handler) => Map("POST", pattern, handler, CallerCheck.ProjectWithoutToken);

    /// <summary>An operation outside of any project; the pattern is the whole path.</summary>
    public void Global(string method, string pattern, string operation, CdfHandler handler, CallerCheck check) =>
        endpoints.MapMethods(pattern, [method], http => pipeline.RunAsync(http, operation, handler, check));

    private void Map(string method, string pattern, CdfHandler handler, CallerCheck check)
    {
        RequestDelegate run = http => pipeline.RunAsync(http, pattern, handler, check);
        endpoints.MapMethods(ProjectPrefix + pattern, [method], run);
    }
}

/// <summary>What is checked before a handler runs.</summary>
internal enum CallerCheck
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A valid token.</summary>
    Token,

    /// <summary>A valid token that gives access to the project of the path.</summary>
    Project,

    /// <summary>That the project of the path exists.</summary>
    ProjectWithoutToken,
}
