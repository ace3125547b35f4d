using System.Collections.Concurrent;

namespace Sluice.Gateway.Users;

/// <summary>Ends the open sessions of a user who is deleted, with what they are doing: 57P01.</summary>
public sealed class UserSessions
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _users = new(StringComparer.Ordinal);

    /// <summary>Fires when the user is deleted. Ask before it is looked up whether there is such a user, so that none slips through.</summary>
    public CancellationToken Ended(string username) => _users.GetOrAdd(username, static _ => new CancellationTokenSource()).Token;

    /// <summary>Ends all sessions of <paramref name="username"/>.</summary>
    public async Task EndAsync(string username)
    {
        if (_users.TryRemove(username, out var ended))
        {
            // Not disposed: a session that is about to begin may still link to its token.
            await ended.CancelAsync();
        }
    }
}
