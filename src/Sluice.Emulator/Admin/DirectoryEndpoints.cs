using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Emulator.Http;
using Sluice.Emulator.Identity;

namespace Sluice.Emulator.Admin;

/// <summary>
/// <c>/admin/applications</c> and <c>/admin/directory/groups</c>: what an administrator would do in the portal of Entra ID, without
/// authentication: register applications, make secrets, put applications into groups.
/// </summary>
internal static class DirectoryEndpoints
{
    private const string SecretCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    public static void Map(IEndpointRouteBuilder routes, EmulatorState state)
    {
        routes.MapGet("/admin/applications", (HttpContext http) => AdminReply.WriteAsync(
            http, Reply.Items(StatusCodes.Status200OK, state.Applications.All, Write)));
        routes.MapPut("/admin/applications", (HttpContext http) => AdminReply.RunAsync(http, body => PutApplication(state, body)));
        routes.MapDelete("/admin/applications/{clientId}", (HttpContext http, string clientId) => AdminReply.WriteAsync(
            http, state.Applications.Remove(clientId) ? Reply.Empty() : Reply.Error(CdfException.NotFound("Unknown application"))));
        routes.MapGet("/admin/directory/groups", (HttpContext http) => AdminReply.WriteAsync(
            http, Reply.Items(StatusCodes.Status200OK, state.DirectoryGroups.All, Write)));
        routes.MapPut("/admin/directory/groups", (HttpContext http) => AdminReply.RunAsync(http, body => PutGroup(state, body)));
        routes.MapDelete("/admin/directory/groups/{objectId}", (HttpContext http, string objectId) => AdminReply.WriteAsync(
            http, state.DirectoryGroups.Remove(objectId) ? Reply.Empty() : Reply.Error(CdfException.NotFound("Unknown group"))));
    }

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
        json.Optional("value") is { } value ? JsonChecks.String(value, "value") : NewSecretValue(),
        json.Optional("expires") is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(JsonChecks.Integer(expires, "expires")) : null);

    // Forty characters with a tilde, as those of Entra ID: nothing like the GUID that a secret's id is.
    private static string NewSecretValue() =>
        $"{RandomNumberGenerator.GetString(SecretCharacters, 5)}~{RandomNumberGenerator.GetString(SecretCharacters, 34)}";

    private static Reply PutGroup(EmulatorState state, JsonElement body)
    {
        var objectId = body.Optional("objectId") is { } id ? JsonChecks.String(id, "objectId") : Guid.NewGuid().ToString();
        var known = state.DirectoryGroups.Find(objectId);
        var members = body.Optional("members") is { } list ? Texts(list, "members") : known?.Members ?? [];
        foreach (var member in members.Where(m => !Exists(state, m)))
        {
            throw CdfException.NotFound($"Resource '{member}' does not exist");
        }

        var name = body.Optional("displayName") is { } given ? JsonChecks.String(given, "displayName") : known?.DisplayName ?? objectId;
        var group = new DirectoryGroup(objectId, name, members);
        state.DirectoryGroups.Put(group);
        return Reply.Json(StatusCodes.Status200OK, writer => Write(writer, group));
    }

    private static bool Exists(EmulatorState state, string objectId) =>
        state.DirectoryGroups.Find(objectId) is not null
        || state.Applications.All.Any(a => a.ObjectId.Equals(objectId, StringComparison.OrdinalIgnoreCase));

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

    private static void Write(Utf8JsonWriter writer, DirectoryGroup group)
    {
        writer.WriteStartObject();
        writer.WriteString("objectId", group.ObjectId);
        writer.WriteString("displayName", group.DisplayName);
        WriteTexts(writer, "members", group.Members);
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
