using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Users;

/// <summary>Tells the login what it needs of a user.</summary>
public sealed class UserCredentialStore(UserStore users, TimeProvider time) : ICredentialStore
{
    /// <inheritdoc/>
    public async ValueTask<ScramVerifier?> FindAsync(string user, CancellationToken cancellationToken)
    {
        try
        {
            return await users.FindAsync(user, cancellationToken) switch
            {
                { PreviousVerifier: { } previous, PreviousValidUntil: { } until } found when until > time.GetUtcNow() => found.Verifier.Or(previous),
                var found => found?.Verifier,
            };
        }
        catch (Exception e) when (e is NpgsqlException or EngineException)
        {
            throw new PgException(
                new PgError
                {
                    Severity = PgSeverity.Fatal,
                    SqlState = SqlState.CannotConnectNow,
                    Message = "Sluice cannot look up its users now",
                    Hint = "Try again in a moment.",
                },
                e);
        }
    }
}
