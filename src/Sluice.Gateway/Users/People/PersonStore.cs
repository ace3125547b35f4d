using Dapper;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Users.People;

/// <summary>Which databases of people there are, and when they were last used, in database <c>sluice</c>.</summary>
internal sealed class PersonStore(IEngine engine)
{
    /// <summary>Notes that <paramref name="names"/> are used now; how many of them there are.</summary>
    public async Task<int> TouchAsync(IReadOnlyCollection<string> names, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string Sql = "UPDATE sluice.person SET last_used = @now WHERE name = ANY (@names)";
        return await ExecuteAsync(Sql, new { names = names.ToArray(), now = now.UtcDateTime }, cancellationToken);
    }

    /// <summary>Adds one.</summary>
    public Task AddAsync(string name, string project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string Sql = "INSERT INTO sluice.person (name, project, created_time, last_used) VALUES (@name, @project, @now, @now)";
        return ExecuteAsync(Sql, new { name, project, now = now.UtcDateTime }, cancellationToken);
    }

    /// <summary>All that were last used before <paramref name="time"/>, that of the longest time ago first.</summary>
    public async Task<IReadOnlyList<string>> UnusedSinceAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        const string Sql = "SELECT name FROM sluice.person WHERE last_used < @time ORDER BY last_used, name";
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(Sql, new { time = time.UtcDateTime }, cancellationToken: cancellationToken))];
    }

    /// <summary>Removes one with the history of its writes.</summary>
    public Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        const string Sql =
            """
            DELETE FROM sluice.write_history WHERE username = @name;
            DELETE FROM sluice.rejected_row WHERE username = @name;
            DELETE FROM sluice.person WHERE name = @name;
            """;
        return ExecuteAsync(Sql, new { name }, cancellationToken);
    }

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}
