using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;
using Sluice.Emulator.Sessions;

namespace Sluice.Emulator.Admin;

/// <summary>
/// <c>/admin/…</c>: what an administrator would do in CDF's portal, without authentication: groups, projects, sessions, settings.
/// </summary>
internal static class AdminEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, EmulatorState state)
    {
        routes.MapPut("/admin/projects/{project}", (HttpContext http, string project) => AdminReply.RunAsync(http, body =>
        {
            state.AddProject(
                project,
                body.Optional("adminGroupSourceId") is { } source
                    ? JsonChecks.String(source, "adminGroupSourceId")
                    : state.Options.AdminGroupSourceId);
            return Reply.Empty();
        }));
        routes.MapDelete("/admin/projects/{project}", (HttpContext http, string project) => AdminReply.WriteAsync(
            http, state.RemoveProject(project) ? Reply.Empty() : Reply.Error(CdfException.NotFound($"There is no project '{project}'"))));
        routes.MapPut("/admin/projects/{project}/groups", (HttpContext http, string project) => AdminReply.RunAsync(
            http, body => PutGroup(Project(state, project), body)));
        routes.MapPut("/admin/projects/{project}/sessions/{id:long}", (HttpContext http, string project, long id) => AdminReply.RunAsync(
            http, body => PutSession(Project(state, project), id, body)));
        routes.MapGet("/admin/settings", (HttpContext http) => AdminReply.WriteAsync(http, ShowSettings(state.Settings)));
        routes.MapPut("/admin/settings", (HttpContext http) => AdminReply.RunAsync(http, body => PutSettings(state.Settings, body)));
    }

    private static Project Project(EmulatorState state, string name) =>
        state.FindProject(name) ?? throw CdfException.NotFound($"There is no project '{name}'");

    private static Reply PutGroup(Project project, JsonElement body)
    {
        var group = project.Groups.Add(GroupEndpoints.Read(JsonChecks.Object(body, "the body")));
        return Reply.Json(StatusCodes.Status200OK, group.Write);
    }

    private static Reply PutSession(Project project, long id, JsonElement body)
    {
        var session = project.Sessions.Find(id) ?? throw CdfException.NotFound($"There is no session {id}");
        if (body.Optional("nonceExpires") is { } expires)
        {
            project.Sessions.EndNonce(session, DateTimeOffset.FromUnixTimeMilliseconds(JsonChecks.Integer(expires, "nonceExpires")));
        }

        if (body.Optional("status") is { } given)
        {
            var name = JsonChecks.String(given, "status").Replace("_", "", StringComparison.Ordinal);
            session.Status = Enum.TryParse<SessionStatus>(name, ignoreCase: true, out var status)
                ? status
                : throw CdfException.BadRequest("status must be READY, ACTIVE, CANCELLED, EXPIRED, REVOKED or ACCESS_LOST");
        }

        return Reply.Empty();
    }

    private static Reply PutSettings(EmulatorSettings settings, JsonElement body)
    {
        if (body.Optional("redeemsNonces") is { } redeems)
        {
            settings.RedeemsNonces = JsonChecks.Boolean(redeems, "redeemsNonces");
        }

        if (body.Optional("counting") is { } counting)
        {
            settings.Counting = JsonChecks.Boolean(counting, "counting");
        }

        if (body.Optional("detectConflicts") is { } conflicts)
        {
            settings.DetectConflicts = JsonChecks.Boolean(conflicts, "detectConflicts");
        }

        if (body.TryGetProperty("maxConcurrentRequests", out var limit))
        {
            settings.MaxConcurrentRequests = limit.ValueKind == JsonValueKind.Null
                ? null
                : (int)JsonChecks.Integer(limit, "maxConcurrentRequests", 0, int.MaxValue);
        }

        if (body.Optional("tokenLifetimeSeconds") is { } seconds)
        {
            settings.TokenLifetime = TimeSpan.FromSeconds(JsonChecks.Integer(seconds, "tokenLifetimeSeconds", 1, 86_400));
        }

        return ShowSettings(settings);
    }

    private static Reply ShowSettings(EmulatorSettings settings) => Reply.Json(StatusCodes.Status200OK, writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("redeemsNonces", settings.RedeemsNonces);
        writer.WriteBoolean("counting", settings.Counting);
        writer.WriteBoolean("detectConflicts", settings.DetectConflicts);
        if (settings.MaxConcurrentRequests is { } limit)
        {
            writer.WriteNumber("maxConcurrentRequests", limit);
        }

        writer.WriteNumber("tokenLifetimeSeconds", (long)settings.TokenLifetime.TotalSeconds);
        writer.WriteEndObject();
    });
}
