using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Sluice.Gateway.Engine;

/// <summary>
/// The password with which the foreign tables of one user read from Sluice: derived from a key of this installation, so there is nothing
/// to keep per user. It opens nothing but a socket that only Sluice and the engine can reach.
/// </summary>
public sealed class ScanSecrets
{
    private const string KeyName = "scan";

    private readonly byte[] _key;

    internal ScanSecrets(byte[] key) => _key = key;

    /// <summary>Reads the key, after making it if there is none.</summary>
    public static async Task<ScanSecrets> LoadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return new ScanSecrets(await InstanceKey.LoadAsync(connection, KeyName, cancellationToken));
    }

    /// <summary>The password of <paramref name="username"/>.</summary>
    public string For(string username) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(username)));

    /// <summary>Whether <paramref name="password"/> is that of <paramref name="username"/>; takes the same time whatever is wrong.</summary>
    public bool Verify(string username, string password) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(For(username)), Encoding.UTF8.GetBytes(password));
}
