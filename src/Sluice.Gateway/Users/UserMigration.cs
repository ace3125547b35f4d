using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users;

/// <summary>
/// Makes users of version 1 users of version 2, who keep name, password, credentials, options and tables of their own. The user's database changes with it, or
/// nothing does.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="databases">The users' databases in it.</param>
public sealed class UserMigration(IEngine engine, UserDatabases databases)
{
    private const string EndSessions =
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND usename = $1";

    /// <summary>Changes the user. His open sessions end with 57P01, so that none goes on with the tables of before.</summary>
    /// <exception cref="PgException">
    /// 28000 there is no such user; 55000 he is of version 2 already; 55P03 a session of his holds a table for too long; 2BP01 something of his own depends on one.
    /// </exception>
    public async Task RunAsync(string username, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await new UserTableStore(engine).ToVersion2Async(
            username,
            now,
            (catalog, options) => databases.EnsureAsync(username, catalog.Common, [.. catalog.Particular], options.ToRights(), cancellationToken),
            cancellationToken);
        await using var connection = await engine.Database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(EndSessions, connection) { Parameters = { new() { Value = username } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
