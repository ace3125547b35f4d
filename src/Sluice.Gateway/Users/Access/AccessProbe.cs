using System.Globalization;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tokens;
using Sluice.Gateway.Definitions;

namespace Sluice.Gateway.Users.Access;

/// <summary>
/// Finds out whether a user's credentials still give access to CDF: a new token from the identity provider or of the CDF session, then
/// <c>token/inspect</c>. Only a clear no is one; an answer that does not come, or says nothing of the credentials, takes nothing away.
/// </summary>
/// <param name="clients">The users' clients.</param>
/// <param name="users">Keeps which credentials had the capability postgresGateway.</param>
/// <param name="tokenAge">A token that was issued within this time counts as new.</param>
internal sealed class AccessProbe(UserCdfClients clients, UserStore users, TimeSpan tokenAge)
{
    private const int FirstVersionWithCapability = 2;

    /// <summary>Asks.</summary>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The stored credentials cannot be opened.</exception>
    public async Task<AccessState> RunAsync(GatewayUser user, CancellationToken cancellationToken)
    {
        var client = clients.For(user);
        var token = await clients.TokensOf(user).RenewAsync(tokenAge, cancellationToken);
        if (!token.IsSuccess)
        {
            return token.Error.Kind == TokenErrorKind.RefusedByProvider
                ? AccessState.Lost(user.SessionId is { } session
                    ? string.Create(CultureInfo.InvariantCulture, $"CDF gives no more tokens for session {session}, which was revoked, has expired or has lost its own access: {token.Error.Message}")
                    : $"the identity provider refuses the credentials: {token.Error.Message}")
                : AccessState.Unknown($"no token can be fetched now: {token.Error.Message}");
        }

        var inspection = await client.Token.InspectAsync(cancellationToken);
        return inspection.IsSuccess
            ? await OfAsync(user, inspection.Value, cancellationToken)
            : inspection.Error.Kind switch
            {
                CdfErrorKind.Forbidden => await AskProjectAsync(user, client, cancellationToken),
                var kind => Of(kind, inspection.Error, user),
            };
    }

    private async Task<AccessState> OfAsync(GatewayUser user, TokenInspection inspection, CancellationToken cancellationToken)
    {
        if (!inspection.Projects.Contains(user.Project, StringComparer.Ordinal))
        {
            return NoProject(user);
        }

        if (GatewayCapability.IsHeld(inspection, user.Project))
        {
            if (!user.HasGatewayCapability)
            {
                await users.SetGatewayCapabilityAsync(user, cancellationToken);
            }

            return AccessState.Granted;
        }

        return user is { HasGatewayCapability: true, Version: >= FirstVersionWithCapability }
            ? AccessState.Lost($"the credentials have lost the capability postgresGateway in CDF project {user.Project}")
            : AccessState.Granted;
    }

    /// <summary>For a token that may not be inspected: something in the project that needs no capability.</summary>
    private static async Task<AccessState> AskProjectAsync(GatewayUser user, CdfClient client, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(CdfRequest.Get("units/systems", CdfApi.Token), cancellationToken);
        return answer.IsSuccess ? AccessState.Granted : Of(answer.Error.Kind, answer.Error, user);
    }

    private static AccessState Of(CdfErrorKind kind, CdfError error, GatewayUser user) => kind switch
    {
        CdfErrorKind.Unauthorized => AccessState.Lost(
            $"CDF says \"{error.Message}\": the credentials' token is not accepted any more, or has no access to project {user.Project}"),
        CdfErrorKind.Forbidden or CdfErrorKind.NotFound => AccessState.Granted,
        _ => AccessState.Unknown($"CDF cannot tell now: {error.Message}"),
    };

    private static AccessState NoProject(GatewayUser user) => AccessState.Lost($"the credentials have no access to CDF project {user.Project} any more");
}
