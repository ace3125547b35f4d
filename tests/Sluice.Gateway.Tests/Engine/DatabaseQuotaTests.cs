using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Tests.Engine;

public sealed class DatabaseQuotaTests(EngineFixture fixture)
{
    // An empty database takes less than a third of it.
    private const long Quota = 30L << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_end_when_the_database_has_grown_beyond_the_quota_and_only_then()
    {
        await using var quota = new DatabaseQuota(fixture.Engine, Quota, NullLogger<DatabaseQuota>.Instance);
        var username = fixture.NewUsername();
        var login = await fixture.Users.EnsureAsync(username, [], new DatabaseRights { CreatesTables = true }, Token);
        var greedy = await EngineFixture.ConnectAsync(login);
        await using (greedy)
        {
            await ExecuteAsync(greedy, "CREATE TABLE big (x text); ALTER TABLE big ALTER x SET STORAGE EXTERNAL");
            await quota.CheckAsync(Token);
            Assert.Null(quota.ReasonToEnd(username));
            await ExecuteAsync(greedy, "INSERT INTO big SELECT repeat('x', 1000000) FROM generate_series(1, 35)");
            await quota.CheckAsync(Token);
            Assert.Equal("53100", quota.ReasonToEnd(username)?.SqlState);
            Assert.Null(quota.ReasonToRefuse(username));
            var ended = await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(greedy, "SELECT 1"));
            Assert.Equal("57P01", ended.SqlState);
        }

        // Whoever comes back and does not make it worse stays.
        await using (var back = await EngineFixture.ConnectAsync(login))
        {
            await quota.CheckAsync(Token);
            await ExecuteAsync(back, "SELECT 1");
            await ExecuteAsync(back, "INSERT INTO big SELECT repeat('x', 1000000) FROM generate_series(1, 30)");
            await quota.CheckAsync(Token);
        }

        Assert.Equal("53100", quota.ReasonToRefuse(username)?.SqlState);
        await using var last = await EngineFixture.ConnectAsync(login);
        await ExecuteAsync(last, "TRUNCATE big");
        await quota.CheckAsync(Token);
        Assert.Null(quota.ReasonToEnd(username));
        Assert.Null(quota.ReasonToRefuse(username));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
