using Sluice.Gateway.Users;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Admin;

/// <summary>
/// What administrators do with users, whatever way they ask for it. A caller's token, where one is given, is for revoking CDF sessions that are of no use any
/// more, if it may do so.
/// </summary>
public sealed class UserOperations(
    CredentialCheck credentials,
    CredentialProtector protector,
    UserStore users,
    UserCdfClients clients,
    CdfSessionEnd sessionEnd,
    IUserDatabaseTables databases,
    TimeProvider time)
{
    /// <summary>The longest time that a password stays good after it was changed.</summary>
    public static TimeSpan MaxPasswordOverlap { get; } = TimeSpan.FromDays(30);

    /// <summary>Makes a user of tried credentials, with a name and a password that is kept nowhere.</summary>
    /// <returns>The user, and his password.</returns>
    /// <exception cref="ApiException">400 the credentials do not work, 503 nobody can tell now.</exception>
    /// <exception cref="UserNameTakenException">Another user of the project has the name.</exception>
    public async Task<(GatewayUser User, string Password)> CreateAsync(NewUser wanted, string? callerToken, CancellationToken cancellationToken)
    {
        // The nonce first: it lives a minute. From here on somebody's going away changes nothing.
        var given = await credentials.TryAsync(wanted.Project, wanted.Credentials, cancellationToken);
        var password = UserSecrets.NewPassword();
        var username = UserSecrets.NewUsername();
        var now = time.NowInMilliseconds();
        var user = new GatewayUser
        {
            Username = username,
            Name = wanted.Name,
            Project = wanted.Project,
            Version = wanted.Version,
            CreatedBy = wanted.CreatedBy,
            Verifier = ScramVerifier.Create(password),
            Credentials = protector.Protect(username, given.Credentials),
            SessionId = given.Session?.Id,
            CredentialsEnd = given.End,
            HasGatewayCapability = given.HasGatewayCapability,
            Options = wanted.Options,
            CreatedTime = now,
            LastUpdatedTime = now,
        };
        await KeepAsync(user.Project, given, callerToken, async () =>
        {
            await users.AddAsync(user, CancellationToken.None);
            return user;
        });
        Use(user, given);
        return (user, password);
    }

    /// <summary>Gives a user other credentials, which are tried first; name and password stay, and open sessions go on with the new ones.</summary>
    /// <returns>The user as he is then.</returns>
    /// <exception cref="ApiException">400 the credentials do not work, 404 the user was deleted, 503 nobody can tell now.</exception>
    public async Task<GatewayUser> SetCredentialsAsync(
        GatewayUser former,
        GivenCredentials wanted,
        string? callerToken,
        CancellationToken cancellationToken)
    {
        // From here on somebody's going away changes nothing, since the nonce is spent.
        var given = await credentials.TryAsync(former.Project, wanted, cancellationToken);
        var user = await KeepAsync(former.Project, given, callerToken, () => users.SetCredentialsAsync(
            former.Username,
            protector.Protect(former.Username, given.Credentials),
            given.Session?.Id,
            given.End,
            given.HasGatewayCapability,
            time.NowInMilliseconds(),
            CancellationToken.None)) ?? throw ApiException.NoUsers(former.Project, [former.Username]);
        Use(user, given);
        if (former.SessionId != user.SessionId)
        {
            await sessionEnd.RevokeAsync(former, callerToken);
        }

        return user;
    }

    /// <summary>Gives a user another name; username and password stay.</summary>
    /// <returns>The user as he is then.</returns>
    /// <exception cref="ApiException">404 the user was deleted.</exception>
    /// <exception cref="UserNameTakenException">Another user of the project has it.</exception>
    public async Task<GatewayUser> SetNameAsync(GatewayUser user, string name) =>
        await users.SetNameAsync(user, name, time.NowInMilliseconds(), CancellationToken.None) ?? throw ApiException.NoUsers(user.Project, [user.Username]);

    /// <summary>Changes a user's options; sessions that begin afterwards are bound by them.</summary>
    /// <returns>The user as he is then.</returns>
    /// <exception cref="ApiException">404 the user was deleted.</exception>
    public async Task<GatewayUser> ChangeOptionsAsync(GatewayUser user, Func<UserOptions, UserOptions> change)
    {
        await users.ChangeOptionsAsync(user.Username, change, time.NowInMilliseconds(), CancellationToken.None);
        return await users.FindAsync(user.Username, CancellationToken.None) ?? throw ApiException.NoUsers(user.Project, [user.Username]);
    }

    /// <summary>Gives a user another password; open sessions go on.</summary>
    /// <param name="user">Who.</param>
    /// <param name="overlap">How long the one before stays good: zero to <see cref="MaxPasswordOverlap"/>.</param>
    /// <returns>The user as he is then, and his password.</returns>
    /// <exception cref="ApiException">409 the user was deleted, or somebody else changed his password at the same time.</exception>
    public async Task<(GatewayUser User, string Password)> RotatePasswordAsync(GatewayUser user, TimeSpan overlap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(overlap, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, MaxPasswordOverlap);
        var now = time.NowInMilliseconds();
        var password = UserSecrets.NewPassword();
        DateTimeOffset? until = overlap == TimeSpan.Zero ? null : now + overlap;

        // Both passwords can be checked in one exchange only if the server's challenge is the same for both.
        var verifier = until is null ? ScramVerifier.Create(password) : ScramVerifier.Create(password, user.Verifier.Salt.ToArray(), user.Verifier.Iterations);
        var changed = await users.SetPasswordAsync(user, verifier, until, now, CancellationToken.None)
            ?? throw new ApiException(409, $"user {user.Username} was deleted or got another password meanwhile");
        return (changed, password);
    }

    /// <summary>Ends a user with his open sessions, database and tables. What CDF has stays.</summary>
    /// <returns>Whether there was such a user.</returns>
    public async Task<bool> DeleteAsync(string username, string? callerToken)
    {
        // A caller who loses his patience must not leave a half of it.
        var user = await users.DeleteAsync(username, cancellation => databases.DropDatabaseAsync(username, cancellation), CancellationToken.None);
        if (user is null)
        {
            return false;
        }

        clients.Forget(username);
        await sessionEnd.RevokeAsync(user, callerToken);
        return true;
    }

    /// <summary>Stores what a session was bound for, all or nothing: not even the session.</summary>
    private async Task<GatewayUser?> KeepAsync(string project, CheckedCredentials given, string? callerToken, Func<Task<GatewayUser?>> store)
    {
        GatewayUser? user = null;
        try
        {
            user = await store();
        }
        finally
        {
            if (user is null && given.Session is { } session)
            {
                await sessionEnd.RevokeAsync(project, session.Id, callerToken, session.AccessToken);
            }
        }

        return user;
    }

    /// <summary>The first token of a session is as good as any later one.</summary>
    private void Use(GatewayUser user, CheckedCredentials given)
    {
        if (given.Session is { } session)
        {
            clients.For(user, session);
        }
    }
}
