using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Sluice.Cdf.Http;

namespace Sluice.Gateway.Users.Access;

/// <summary>Knows whether the gateway users still have access to CDF, at logins and while they have open sessions.</summary>
public sealed class UserAccess
{
    // As long as the clients, which are forgotten with their users.
    private readonly ConditionalWeakTable<CdfClient, AccessWatch> _watches = [];
    private readonly UserCdfClients _clients;
    private readonly Func<string, AccessWatch> _newWatch;

    /// <summary>Watches nobody yet.</summary>
    public UserAccess(UserCdfClients clients, UserStore users, AccessOptions options, TimeProvider time, ILogger<UserAccess> logger)
    {
        var probe = new AccessProbe(clients, users, options.CheckInterval / 2);
        _clients = clients;
        _newWatch = username => new AccessWatch(username, probe, users, options, time, logger);
    }

    /// <summary>What is known of <paramref name="user"/>'s access.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">His stored credentials cannot be opened.</exception>
    public AccessWatch Of(GatewayUser user) => _watches.GetValue(_clients.For(user), _ => _newWatch(user.Username));
}
