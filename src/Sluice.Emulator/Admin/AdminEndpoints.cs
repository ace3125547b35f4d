using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;
using Sluice.Emulator.Identity;
using Sluice.Emulator.Sessions;

namespace Sluice.Emulator.Admin;

/// <summary>
/// <c>/admin/…</c>: what an administrator would do in the portals of Entra ID and CDF, without authentication: applications with
/// secrets and groups, CDF groups, projects, sessions, settings.
/// </summary>
internal static class AdminEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, EmulatorState state)
    {
        routes.MapGet("/admin/applications", (HttpContext http) => AdminReply.WriteAsync(http, ShowApplications(state)));
        routes.MapPut("/admin/applications", (HttpContext http) => AdminReply.RunAsync(http, body => PutApplication(state, body)));
        routes.MapDelete("/admin/applications/{clientId}", (HttpContext http, string clientId) => AdminReply.WriteAsync(
            http, state.Applications.Remove(clientId) ? Reply.Empty() : Reply.Error(CdfException.NotFound("Unknown application"))));
        routes.MapPut("/admin/projects/{project}", (HttpContext http, string project) => AdminReply.RunAsync(http, body =>
        {
            state.AddProject(
                project,
                body.Optional("adminGroupSourceId") is { } source
                    ? JsonChecks.String(source, "adminGroupSourceId")
                    : state.Options.AdminGroupSourceId);
            return Reply.Empty();
        }));
        routes.MapPut("/admin/projects/{project}/groups", (HttpContext http, string project) => AdminReply.RunAsync(
            http, body => PutGroup(Project(state, project), body)));
        routes.MapPut("/admin/projects/{project}/sessions/{id:long}", (HttpContext http, string project, long id) => AdminReply.RunAsync(
            http, body => PutSession(Project(state, project), id, body)));
        routes.MapGet("/admin/settings", (HttpContext http) => AdminReply.WriteAsync(http, ShowSettings(state.Settings)));
        routes.MapPut("/admin/settings", (HttpContext http) => AdminReply.RunAsync(http, body => PutSettings(state.Settings, body)));
    }

    private static Project Project(EmulatorState state, string name) =>
        state.FindProject(name) ?? throw CdfException.NotFound($"There is no project '{name}'");

    private static Reply PutApplication(EmulatorState state, JsonElement body)
    {
        var clientId = body.Optional("clientId") is { } id ? JsonChecks.String(id, "clientId") : Guid.NewGuid().ToString();
        var known = state.Applications.Find(clientId);
        var secrets = body.Optional("secrets") is { } list
            ? JsonChecks.Array(list, "secrets").EnumerateArray().Select(ReadSecret).ToList()
            : known?.Secrets ?? [];
        if (body.Optional("clientSecret") is { } secret)
        {
            secrets = [new ApplicationSecret(Guid.NewGuid().ToString(), JsonChecks.String(secret, "clientSecret"), null)];
        }

        var application = new Application
        {
            ClientId = clientId,
            ObjectId = known?.ObjectId ?? Guid.NewGuid().ToString(),
            DisplayName = body.Optional("displayName") is { } name
                ? JsonChecks.String(name, "displayName")
                : known?.DisplayName ?? clientId,
            Secrets = secrets,
            Groups = body.Optional("groups") is { } groups ? Texts(groups, "groups") : known?.Groups ?? [],
            Roles = body.Optional("roles") is { } roles ? Texts(roles, "roles") : known?.Roles ?? [],
        };
        state.Applications.Put(application);
        return Reply.Json(StatusCodes.Status200OK, writer => Write(writer, application));
    }

    private static ApplicationSecret ReadSecret(JsonElement json) => new(
        json.Optional("id") is { } id ? JsonChecks.String(id, "id") : Guid.NewGuid().ToString(),
        JsonChecks.String(json.Required("value"), "value"),
        json.Optional("expires") is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(JsonChecks.Integer(expires, "expires")) : null);

    private static Reply PutGroup(Project project, JsonElement body)
    {
        var group = project.Groups.Add(GroupEndpoints.Read(JsonChecks.Object(body, "the body")));
        return Reply.Json(StatusCodes.Status200OK, group.Write);
    }

    private static Reply PutSession(Project project, long id, JsonElement body)
    {
        var session = project.Sessions.Find(id) ?? throw CdfException.NotFound($"There is no session {id}");
        var name = JsonChecks.String(body.Required("status"), "status").Replace("_", "", StringComparison.Ordinal);
        session.Status = Enum.TryParse<SessionStatus>(name, ignoreCase: true, out var status)
            ? status
            : throw CdfException.BadRequest("status must be READY, ACTIVE, CANCELLED, EXPIRED, REVOKED or ACCESS_LOST");
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

    private static Reply ShowApplications(EmulatorState state) =>
        Reply.Items(StatusCodes.Status200OK, state.Applications.All, Write);

    private static void Write(Utf8JsonWriter writer, Application application)
    {
        writer.WriteStartObject();
        writer.WriteString("clientId", application.ClientId);
        writer.WriteString("objectId", application.ObjectId);
        writer.WriteString("displayName", application.DisplayName);
        writer.WriteStartArray("secrets");
        foreach (var secret in application.Secrets)
        {
            writer.WriteStartObject();
            writer.WriteString("id", secret.Id);
            writer.WriteString("value", secret.Value);
            if (secret.Expires is { } expires)
            {
                writer.WriteNumber("expires", expires.ToUnixTimeMilliseconds());
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteTexts(writer, "groups", application.Groups);
        WriteTexts(writer, "roles", application.Roles);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static List<string> Texts(JsonElement json, string name) =>
        [.. JsonChecks.Array(json, name).EnumerateArray().Select(e => JsonChecks.String(e, name))];
}
