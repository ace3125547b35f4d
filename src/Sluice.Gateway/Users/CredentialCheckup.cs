using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Users;

/// <summary>
/// Looks, when the gateway starts, whether the credentials of all users can be opened. Keys that are missing are no reason not to start: whoever restores them, or
/// gives a user new credentials, needs the gateway.
/// </summary>
public sealed partial class CredentialCheckup(UserStore users, CredentialProtector protector, ILogger<CredentialCheckup> logger)
{
    /// <summary>Logs an error that names the keys that are missing, and where they belong; returns how many users cannot log in for want of them.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var all = await users.ListAsync(cancellationToken);
        var shut = all.Where(IsShut).ToList();
        if (shut.Count > 0)
        {
            var keys = string.Join(", ", shut.Select(user => user.Credentials.KeyId).Distinct(StringComparer.Ordinal));
            LogShut(logger, shut.Count, all.Count, keys, protector.Place);
        }

        return shut.Count;
    }

    private bool IsShut(GatewayUser user)
    {
        try
        {
            _ = protector.Unprotect(user.Username, user.Credentials);
            return false;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The stored credentials of {Shut} of {All} users cannot be opened, and they cannot log in: keys {Keys} are missing. "
            + "Restore them in {Place}, or the certificate that they were encrypted with, from the backup; or give the users new credentials.")]
    private static partial void LogShut(ILogger logger, int shut, int all, string keys, string place);
}
