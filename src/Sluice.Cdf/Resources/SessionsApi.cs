using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>A session that is bound to this service.</summary>
/// <param name="Id">Session id, 1 to 2^53-1.</param>
/// <param name="SessionKey">Secret with which further tokens are fetched.</param>
/// <param name="AccessToken">The first token.</param>
/// <param name="Lifetime">How long the first token is good.</param>
/// <param name="End">When the session itself ends, where CDF says so.</param>
public sealed record BoundSession(long Id, string SessionKey, string AccessToken, TimeSpan Lifetime, DateTimeOffset? End = null)
{
    /// <summary>Never the key or the token.</summary>
    public override string ToString() => $"session {Id}";
}

/// <summary>A token of a bound session.</summary>
/// <param name="AccessToken">The token.</param>
/// <param name="Lifetime">How long it is good.</param>
/// <param name="SessionEnd">When the session itself ends, where CDF says so.</param>
public sealed record SessionToken(string AccessToken, TimeSpan Lifetime, DateTimeOffset? SessionEnd = null)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => $"token for {Lifetime}";
}

/// <summary>
/// <c>/sessions</c> (CDF API, "Sessions"). <c>/sessions/token</c> is for services that CDF trusts: its caller's own token is the client's, and CDF refuses
/// (401, 403) those of strangers.
/// </summary>
public sealed class SessionsApi
{
    private readonly CdfClient _client;

    internal SessionsApi(CdfClient client) => _client = client;

    /// <summary>
    /// Redeems a nonce, which works once and within about a minute of its session's creation; so this is never repeated.
    /// </summary>
    public async Task<CdfResult<BoundSession>> BindAsync(string nonce, CancellationToken cancellationToken)
    {
        var body = JsonBody.Object(json => json.WriteString("nonce"u8, nonce));
        var response = await _client.SendAsync(TokenRequest(body, Repeatable.Never), cancellationToken);
        return Answer.Read(response, static answer =>
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            return new BoundSession(
                root.GetProperty("id").GetInt64(),
                root.GetProperty("sessionKey").GetString()!,
                root.GetProperty("accessToken").GetString()!,
                Lifetime(root),
                End(root));
        });
    }

    /// <summary>A new token of a bound session. Refused when the session has ended.</summary>
    public async Task<CdfResult<SessionToken>> RefreshAsync(long sessionId, string sessionKey, CancellationToken cancellationToken)
    {
        var body = JsonBody.Object(json =>
        {
            json.WriteNumber("sessionId"u8, sessionId);
            json.WriteString("sessionKey"u8, sessionKey);
        });
        var response = await _client.SendAsync(TokenRequest(body, Repeatable.Always), cancellationToken);
        return Answer.Read(response, static answer =>
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            return new SessionToken(root.GetProperty("accessToken").GetString()!, Lifetime(root), End(root));
        });
    }

    /// <summary>
    /// Ends a session; CDF may take up to an hour to act on it. A session that has ended is no error. Needs <c>sessions:DELETE</c>.
    /// </summary>
    public async Task<CdfResult<long>> RevokeAsync(long sessionId, CancellationToken cancellationToken)
    {
        var body = JsonBody.Items([new CdfIdentity(Id: sessionId)]);
        var response = await _client.SendAsync(CdfRequest.Post("sessions/revoke", CdfApi.Sessions, Repeatable.Always, body), cancellationToken);
        return Answer.Read(response, _ => sessionId);
    }

    private static TimeSpan Lifetime(JsonElement root) => TimeSpan.FromSeconds(root.GetProperty("expiresIn").GetDouble());

    private static DateTimeOffset? End(JsonElement root) =>
        root.TryGetProperty("sessionExpirationTime", out var time) && time.TryGetInt64(out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    private static CdfRequest TokenRequest(ReadOnlyMemory<byte> body, Repeatable repeatable) =>
        CdfRequest.Post("sessions/token", CdfApi.Sessions, repeatable, body);
}
