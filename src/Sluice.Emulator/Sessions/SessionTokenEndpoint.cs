using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Sessions;

/// <summary>
/// <c>POST /sessions/token</c>: binds a nonce (<c>{"nonce"}</c>) or refreshes (<c>{"sessionId","sessionKey"}</c>). CDF serves only its own
/// services here and answers 401 to everybody else; <see cref="EmulatorOptions.RedeemsNonces"/> set to false does the same.
/// </summary>
internal static class SessionTokenEndpoint
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call)
    {
        var state = call.State;
        var wanted = state.Options.ServiceToken;
        var given = call.Http.Request.Headers.Authorization.ToString();
        if (!state.Settings.RedeemsNonces || (wanted is not null && given != $"Bearer {wanted}"))
        {
            throw CdfException.Unauthorized();
        }

        var body = JsonChecks.Object(await call.ReadJsonAsync(), "the request body");
        if (body.Optional("nonce") is { } nonce)
        {
            await call.BeginEffectAsync([]);
            return Grant(call, call.Project.Sessions.Bind(JsonChecks.String(nonce, "nonce")), withKey: true);
        }

        var id = JsonChecks.Id(body.Required("sessionId"), "sessionId");
        var key = JsonChecks.String(body.Required("sessionKey"), "sessionKey");
        var session = call.Project.Sessions.Find(id);
        if (session is null || session.Key != key || session.Status != SessionStatus.Active)
        {
            throw CdfException.Unauthorized();
        }

        if (session.ClientId is { } clientId && state.Applications.Find(clientId) is null)
        {
            session.Status = SessionStatus.AccessLost;
            throw CdfException.Unauthorized();
        }

        return Grant(call, session, withKey: false);
    }

    private static Reply Grant(CdfCall call, Session session, bool withKey)
    {
        // An exchanged token cannot outlive what it was exchanged for by more than the session itself.
        var left = session.Expires - call.State.Clock.GetUtcNow();
        var lifetime = left < call.State.Settings.TokenLifetime ? left : call.State.Settings.TokenLifetime;
        var token = call.State.Tokens.IssueForSession(session.Principal, session.Id, lifetime);
        return Reply.Json(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", session.Id);
            writer.WriteString("accessToken", token);
            writer.WriteNumber("expiresIn", (long)lifetime.TotalSeconds);
            writer.WriteNumber("sessionExpirationTime", session.Expires.ToUnixTimeMilliseconds());
            writer.WriteBoolean("sessionIsExtendable", value: false);
            if (withKey)
            {
                writer.WriteNumber("mustRefreshIn", (long)lifetime.TotalSeconds);
                writer.WriteString("sessionKey", session.Key);
            }

            writer.WriteEndObject();
        });
    }
}
