using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;
using Sluice.Emulator.Identity;

namespace Sluice.Emulator.Sessions;

/// <summary><c>/sessions</c>: create, list, byids, revoke, and the internal <c>/sessions/token</c>.</summary>
internal static class SessionEndpoints
{
    private const string Acl = "sessionsAcl";

    public static void Map(ApiRoutes routes)
    {
        routes.Post("/sessions", CreateAsync);
        routes.Get("/sessions", List);
        routes.Post("/sessions/byids", ByIdsAsync);
        routes.Post("/sessions/revoke", RevokeAsync);
        routes.PostUnchecked("/sessions/token", SessionTokenEndpoint.HandleAsync);
    }

    private static async ValueTask<Reply> CreateAsync(CdfCall call)
    {
        call.Rights.Require(Acl, "CREATE");
        var body = await call.ReadJsonAsync();
        var items = JsonChecks.Array(JsonChecks.Object(body, "the request body").Required("items"), "items");
        if (items.GetArrayLength() != 1)
        {
            throw CdfException.BadRequest("Request must contain exactly 1 item in request body");
        }

        var item = JsonChecks.Object(items[0], "item");
        var (type, principal, clientId) = Read(call, item);
        call.Log.Items = 1;
        await call.BeginEffectAsync([]);
        var session = call.Project.Sessions.Create(type, principal, clientId);
        return Reply.Items(StatusCodes.Status200OK, [session], static (writer, created) =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", created.Id);
            writer.WriteString("type", created.TypeName);
            writer.WriteString("status", created.StatusName);
            writer.WriteString("nonce", created.Nonce);
            if (created.ClientId is not null)
            {
                writer.WriteString("clientId", created.ClientId);
            }

            writer.WriteEndObject();
        });
    }

    private static (SessionType Type, Principal Principal, string? ClientId) Read(CdfCall call, JsonElement item)
    {
        var exchange = item.Flag("tokenExchange");
        var oneshot = item.Flag("oneshotTokenExchange");
        var credentials = item.Optional("clientId") is not null || item.Optional("clientSecret") is not null;
        if ((exchange ? 1 : 0) + (oneshot ? 1 : 0) + (credentials ? 1 : 0) != 1)
        {
            throw CdfException.BadRequest("The item must have clientId and clientSecret, or tokenExchange, or oneshotTokenExchange");
        }

        if (!credentials)
        {
            // A session of a session is allowed, one of that is not.
            return call.Caller.Session is { Principal.Session: not null }
                ? throw CdfException.BadRequest("A chained session cannot create sessions")
                : (exchange ? SessionType.TokenExchange : SessionType.OneshotTokenExchange, call.Caller, null);
        }

        var clientId = JsonChecks.String(item.Required("clientId"), "clientId");
        var secret = JsonChecks.String(item.Required("clientSecret"), "clientSecret");
        var principal = Authenticate(call, clientId, secret);
        return call.Project.RightsOf(principal) is null
            ? throw CdfException.Forbidden()
            : (SessionType.ClientCredentials, principal, clientId);
    }

    private static Principal Authenticate(CdfCall call, string clientId, string secret)
    {
        var state = call.State;
        try
        {
            var application = state.Applications.Authenticate(clientId, secret, state.Options.Tenant, state.Clock.GetUtcNow());
            return new Principal
            {
                Subject = application.ObjectId,
                ClientId = application.ClientId,
                Groups = state.GroupsOf(application),
                Roles = application.Roles,
                Issuer = call.Project.Oidc.Issuer,
                Audiences = [call.Project.Oidc.Audience],
                Expires = DateTimeOffset.MaxValue,
            };
        }
        catch (TokenError)
        {
            // CDF does not pass on what the identity provider said.
            throw CdfException.Forbidden();
        }
    }

    private static ValueTask<Reply> List(CdfCall call)
    {
        call.Rights.Require(Acl, "LIST");
        var status = call.Query("status");
        var limit = call.QueryLimit(25, 1000);
        var digest = Cursor.Digest($"sessions\n{status}");
        var after = call.Query("cursor") is { } cursor ? long.Parse(Cursor.Read(digest, cursor)) : 0;
        var page = call.Project.Sessions.All()
            .Where(s => s.Id > after && (status is null || s.StatusName.Equals(status, StringComparison.OrdinalIgnoreCase)))
            .Take(limit + 1).ToList();
        var next = page.Count > limit ? Cursor.Make(digest, page[limit - 1].Id.ToString()) : null;
        return ValueTask.FromResult(Reply.Items(StatusCodes.Status200OK, page.Take(limit), Write, next));
    }

    private static async ValueTask<Reply> ByIdsAsync(CdfCall call)
    {
        call.Rights.Require(Acl, "LIST");
        return Reply.Items(StatusCodes.Status200OK, Find(call, await call.ReadJsonAsync()), Write);
    }

    private static async ValueTask<Reply> RevokeAsync(CdfCall call)
    {
        call.Rights.Require(Acl, "DELETE");
        var sessions = Find(call, await call.ReadJsonAsync());
        await call.BeginEffectAsync([]);
        sessions.ForEach(SessionStore.Revoke);
        var mayList = call.Rights.Find(Acl, "LIST") is not null;
        return Reply.Items(StatusCodes.Status200OK, sessions, mayList ? Write : static (writer, session) =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", session.Id);
            writer.WriteEndObject();
        });
    }

    private static List<Session> Find(CdfCall call, JsonElement body)
    {
        var ids = body.Items(1000).EnumerateArray().Select(i => JsonChecks.Id(JsonChecks.Object(i, "item").Required("id"), "id")).ToList();
        var found = ids.ConvertAll(call.Project.Sessions.Find);
        var missing = ids.Where((_, i) => found[i] is null).ToList();
        call.Log.Items = ids.Count;
        return missing.Count == 0
            ? found.ConvertAll(s => s!)
            : throw new CdfException(StatusCodes.Status400BadRequest, "Session ids not found")
            {
                Missing = [.. missing.Select(id => new ItemKey(id))],
            };
    }

    private static void Write(Utf8JsonWriter writer, Session session)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", session.Id);
        writer.WriteString("type", session.TypeName);
        writer.WriteString("status", session.StatusName);
        writer.WriteNumber("creationTime", session.CreationTime);
        writer.WriteNumber("expirationTime", session.Expires.ToUnixTimeMilliseconds());
        if (session.ClientId is not null)
        {
            writer.WriteString("clientId", session.ClientId);
        }

        writer.WriteEndObject();
    }
}
