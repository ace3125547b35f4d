using Npgsql;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Users;

/// <summary>Reaches Sluice's own data.</summary>
internal static class SluiceDatabase
{
    /// <summary>A connection to database <c>sluice</c>, once the engine is ready.</summary>
    public static async Task<NpgsqlConnection> OpenDatabaseAsync(this IEngine engine, CancellationToken cancellationToken)
    {
        await engine.WaitUntilReadyAsync(cancellationToken);
        return await engine.Database.OpenConnectionAsync(cancellationToken);
    }
}
