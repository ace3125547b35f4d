using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;
using Sluice.Emulator.Identity;

namespace Sluice.Emulator.Access;

/// <summary><c>GET /projects/{project}</c> and <c>POST /projects/{project}/update</c>: the project with its OIDC configuration.</summary>
internal static class ProjectEndpoints
{
    public static void Map(ApiRoutes routes)
    {
        routes.Get("", Get);
        routes.Post("/update", UpdateAsync);
    }

    private static ValueTask<Reply> Get(CdfCall call)
    {
        call.Rights.Require("projectsAcl", "READ");
        return ValueTask.FromResult(Show(call.Project));
    }

    private static async ValueTask<Reply> UpdateAsync(CdfCall call)
    {
        call.Rights.Require("projectsAcl", "UPDATE");
        var update = (await call.ReadJsonAsync()).Required("update");
        if (update.Optional("oidcConfiguration")?.Optional("set") is { } configuration)
        {
            var read = Read(configuration);
            await call.BeginEffectAsync([]);
            call.Project.Oidc = read;

            // Sessions were made under the old configuration.
            call.Project.Sessions.RevokeAll();
        }

        return Show(call.Project);
    }

    private static OidcConfiguration Read(JsonElement json) => new()
    {
        JwksUrl = JsonChecks.String(json.Required("jwksUrl"), "jwksUrl"),
        TokenUrl = json.Optional("tokenUrl") is { } url ? JsonChecks.String(url, "tokenUrl") : "",
        Issuer = JsonChecks.String(json.Required("issuer"), "issuer"),
        Audience = JsonChecks.String(json.Required("audience"), "audience"),
        SkewMs = json.Optional("skewMs") is { } skew ? JsonChecks.Integer(skew, "skewMs", 0) : 0,
        AccessClaims = Claims(json, "accessClaims"),
        ScopeClaims = Claims(json, "scopeClaims"),
        LogClaims = Claims(json, "logClaims"),
        IsGroupCallbackEnabled = json.Flag("isGroupCallbackEnabled"),
    };

    private static List<string> Claims(JsonElement json, string name) =>
        [.. JsonChecks.Array(json.Required(name), name).EnumerateArray()
            .Select(c => JsonChecks.String(c.Required("claimName"), "claimName"))];

    private static Reply Show(Project project) => Reply.Json(StatusCodes.Status200OK, writer =>
    {
        var oidc = project.Oidc;
        writer.WriteStartObject();
        writer.WriteString("name", project.Name);
        writer.WriteString("urlName", project.Name);
        writer.WriteStartObject("oidcConfiguration");
        writer.WriteString("jwksUrl", oidc.JwksUrl);
        writer.WriteString("tokenUrl", oidc.TokenUrl);
        writer.WriteString("issuer", oidc.Issuer);
        writer.WriteString("audience", oidc.Audience);
        writer.WriteNumber("skewMs", oidc.SkewMs);
        WriteClaims("accessClaims", oidc.AccessClaims);
        WriteClaims("scopeClaims", oidc.ScopeClaims);
        WriteClaims("logClaims", oidc.LogClaims);
        writer.WriteBoolean("isGroupCallbackEnabled", oidc.IsGroupCallbackEnabled);
        writer.WriteEndObject();
        writer.WriteEndObject();

        void WriteClaims(string name, IReadOnlyList<string> claims)
        {
            writer.WriteStartArray(name);
            foreach (var claim in claims)
            {
                writer.WriteStartObject();
                writer.WriteString("claimName", claim);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    });
}
