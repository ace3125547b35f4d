using Sluice.Gateway.Users.People;

namespace Sluice.Gateway.Sessions;

/// <summary>Knows the people who have signed in with access tokens of their own.</summary>
public interface IPersonSessions
{
    /// <summary>Everything for a session of <paramref name="person"/>; makes the database at the first login.</summary>
    /// <exception cref="Sluice.PgWire.Protocol.PgException">53300: too many people; 57P03: the engine is not ready.</exception>
    ValueTask<SessionUser> OpenAsync(Person person, CancellationToken cancellationToken);
}
