using System.Security.Cryptography;
using Npgsql;

namespace Sluice.Gateway.Engine;

/// <summary>Random keys of this installation, in database <c>sluice</c>.</summary>
internal static class InstanceKey
{
    private const int Length = 32;

    /// <summary>The key called <paramref name="name"/>, after making it if there is none.</summary>
    public static async Task<byte[]> LoadAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using (var insert = new NpgsqlCommand(
            "INSERT INTO sluice.instance_key (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", connection)
        {
            Parameters = { new() { Value = name }, new() { Value = RandomNumberGenerator.GetBytes(Length) } },
        })
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var select = new NpgsqlCommand("SELECT value FROM sluice.instance_key WHERE name = $1", connection)
        {
            Parameters = { new() { Value = name } },
        };
        return (byte[])(await select.ExecuteScalarAsync(cancellationToken))!;
    }
}
