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
    private const int KeyLength = 32;
    private const string KeyName = "scan";

    private readonly byte[] _key;

    internal ScanSecrets(byte[] key) => _key = key;

    /// <summary>Reads the key, after making it if there is none.</summary>
    public static async Task<ScanSecrets> LoadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var insert = new NpgsqlCommand(
            "INSERT INTO sluice.instance_key (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", connection)
        {
            Parameters = { new() { Value = KeyName }, new() { Value = RandomNumberGenerator.GetBytes(KeyLength) } },
        })
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var select = new NpgsqlCommand("SELECT value FROM sluice.instance_key WHERE name = $1", connection)
        {
            Parameters = { new() { Value = KeyName } },
        };
        return new ScanSecrets((byte[])(await select.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>The password of <paramref name="username"/>.</summary>
    public string For(string username) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(username)));

    /// <summary>Whether <paramref name="password"/> is that of <paramref name="username"/>; takes the same time whatever is wrong.</summary>
    public bool Verify(string username, string password) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(For(username)), Encoding.UTF8.GetBytes(password));
}
