using Sluice.Gateway.Users;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Admin;

/// <summary>Makes users, of all of which both versions of the API are: credentials that were tried, a name, a password that is kept nowhere.</summary>
internal sealed class UserCreation(
    CredentialCheck credentials,
    CredentialProtector protector,
    UserStore users,
    UserCdfClients clients,
    CdfSessionEnd sessionEnd,
    TimeProvider time)
{
    /// <summary>A new user of <paramref name="project"/>, and his password.</summary>
    /// <exception cref="ApiException">400 the credentials do not work, 503 nobody can tell now.</exception>
    public async Task<(GatewayUser User, string Password)> CreateAsync(
        Caller caller,
        string project,
        CredentialsModel model,
        int version,
        CancellationToken cancellationToken)
    {
        // The nonce first: it lives a minute. From here on somebody's going away changes nothing.
        var given = await credentials.TryAsync(project, model, cancellationToken);
        var password = UserSecrets.NewPassword();
        var username = UserSecrets.NewUsername();
        var now = time.NowInMilliseconds();
        var user = new GatewayUser
        {
            Username = username,
            Project = project,
            Version = version,
            CreatedBy = caller.Subject,
            Verifier = ScramVerifier.Create(password),
            Credentials = protector.Protect(username, given.Credentials),
            SessionId = given.Session?.Id,
            CredentialsEnd = given.End,
            HasGatewayCapability = given.HasGatewayCapability,
            CreatedTime = now,
            LastUpdatedTime = now,
        };
        await StoreAsync(user, caller, given);
        if (given.Session is { } session)
        {
            clients.For(user, session);
        }

        return (user, password);
    }

    /// <summary>All of the user, or nothing: not even the bound session.</summary>
    private async Task StoreAsync(GatewayUser user, Caller caller, CheckedCredentials given)
    {
        var stored = false;
        try
        {
            await users.AddAsync(user, CancellationToken.None);
            stored = true;
        }
        finally
        {
            if (!stored && given.Session is { } session)
            {
                await sessionEnd.RevokeAsync(user.Project, session.Id, caller.Token, session.AccessToken);
            }
        }
    }
}
