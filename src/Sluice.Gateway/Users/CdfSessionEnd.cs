using Microsoft.Extensions.Logging;
using Sluice.Cdf.Http;

namespace Sluice.Gateway.Users;

/// <summary>
/// Revokes CDF sessions that are not needed any more, as far as somebody's token has <c>sessions:DELETE</c>: the caller's, if he has one, or the session's own. Where
/// nobody's has, the session stays until it expires, and the log says so.
/// </summary>
public sealed partial class CdfSessionEnd(UserCdfClients clients, ILogger<CdfSessionEnd> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Revokes the session that <paramref name="former"/> had, if any; never fails.</summary>
    public Task RevokeAsync(GatewayUser former, string? callerToken) => former.SessionId is { } session
        ? RevokeAsync(session, [.. Callers(former.Project, callerToken), () => clients.ForFormer(former)])
        : Task.CompletedTask;

    /// <summary>Revokes a session that was bound for nothing; never fails.</summary>
    public Task RevokeAsync(string project, long session, string? callerToken, string sessionToken) =>
        RevokeAsync(session, [.. Callers(project, callerToken), () => clients.ForToken(project, sessionToken)]);

    private IEnumerable<Func<CdfClient>> Callers(string project, string? token) => token is null ? [] : [() => clients.ForToken(project, token)];

    private async Task RevokeAsync(long session, IReadOnlyList<Func<CdfClient>> ways)
    {
        using var limit = new CancellationTokenSource(Patience);
        var reason = string.Empty;
        try
        {
            foreach (var way in ways)
            {
                var answer = await way().Sessions.RevokeAsync(session, limit.Token);
                if (answer.IsSuccess)
                {
                    return;
                }

                reason = answer.Error.Message;
            }
        }
        catch (OperationCanceledException)
        {
            reason = $"no answer within {Patience.TotalSeconds} s";
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            reason = e.Message;
        }

        LogStays(logger, session, reason);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "CDF session {Session} is not needed any more and could not be revoked, so it stays until it expires: {Reason}")]
    private static partial void LogStays(ILogger logger, long session, string reason);
}
