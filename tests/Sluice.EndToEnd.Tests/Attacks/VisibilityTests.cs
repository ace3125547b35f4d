using Npgsql;
using Npgsql.Replication;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>What one user sees of another: a name without meaning, and nothing else.</summary>
public sealed class VisibilityTests(AttackedGateway gateway) : IClassFixture<AttackedGateway>
{
    [Fact]
    public async Task No_catalog_or_view_shows_what_another_user_does_or_has()
    {
        await using var client = await gateway.AttackAsync();
        var readable = await RowsAsync(
            client,
            """
            select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('pg_catalog', 'information_schema', 'sluice') and c.relkind in ('r', 'v') and has_table_privilege(c.oid, 'select')
              and c.relname not in ('pg_locks')
            """);
        Assert.InRange(readable.Count, 150, 400);
        var secret = await gateway.Server.ScanSecretAsync(gateway.Victim);
        var own = await gateway.Server.ScanSecretAsync(gateway.Attacker);
        foreach (var relation in readable)
        {
            var answer = await client.Query($"select t::text from {relation} t").TalkAsync();
            var seen = answer.Where(message => message.Type == 'D').Select(message => message.Values[0]).ToList();
            Assert.DoesNotContain(seen, row => Contains(row, AttackedGateway.Marker));
            Assert.DoesNotContain(seen, row => Contains(row, secret));
            Assert.DoesNotContain(seen, row => Contains(row, own));
            Assert.DoesNotContain(seen, row => Contains(row, "SCRAM-SHA-256$"));
        }
    }

    [Fact]
    public async Task The_history_of_another_user_is_not_to_be_had()
    {
        var name = $"history-{Guid.NewGuid():N}";
        await using (var victim = await gateway.Server.ConnectAsync(gateway.Victim))
        {
            await victim.Query($"insert into events (external_id) values ('{name}'); set sluice.on_error = skip; insert into raw_rows (database, \"table\", key, columns) values ('d', 't', '{name}', '[]')")
                .TalkAsync();
            Assert.NotEmpty(await RowsAsync(victim, "select kind from sluice.writes"));
        }

        await using var client = await gateway.AttackAsync();
        Assert.Empty(await RowsAsync(client, "select kind from sluice.writes"));
        Assert.Empty(await RowsAsync(client, "select reason from sluice.rejected_rows"));
        Assert.Equal("42501", await SqlStateAsync(client, "select * from _sluice.history_writes"));
    }

    [Theory]
    [InlineData("{victim}")]
    [InlineData("sluice")]
    [InlineData("postgres")]
    [InlineData("template1")]
    public async Task Another_database_cannot_be_entered(string database)
    {
        var error = await RefusalAsync(connection => connection.Database = gateway.Fill(database));
        Assert.Equal("3D000", error.SqlState);
    }

    [Theory]
    [InlineData("-c role=sluice")]
    [InlineData("-c session_authorization=sluice_superuser")]
    [InlineData("-c log_statement=all")]
    [InlineData("-c session_preload_libraries=x")]
    [InlineData("-c allow_system_table_mods=on")]
    [InlineData("-c session_replication_role=replica")]
    [InlineData("-c temp_file_limit=-1")]
    public async Task Options_of_the_connection_give_no_rights(string options)
    {
        var error = await RefusalAsync(connection => connection.Options = options);
        Assert.Contains(error.SqlState, (string[])["42501", "22023", "55P02"]);
    }

    [Fact]
    public async Task There_are_no_replication_connections()
    {
        var replication = new LogicalReplicationConnection(gateway.Server.ConnectionString(gateway.Attacker));
        await using (replication.ConfigureAwait(false))
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => replication.Open(TestContext.Current.CancellationToken));
            Assert.Equal("0A000", error.SqlState);
        }
    }

    [Fact]
    public async Task A_user_sees_his_own_sessions_and_no_others()
    {
        await using var client = await gateway.AttackAsync();
        Assert.Equal([gateway.Attacker.Username], await RowsAsync(client, "select distinct usename from pg_stat_activity"));
        Assert.Equal(
            [$"{client.ProcessId}"],
            await RowsAsync(client, "select pid from pg_stat_activity where pid = pg_backend_pid() and state = 'active' and query like '%from pg_stat_activity%'"));
        Assert.Equal("42501", await SqlStateAsync(client, "select * from pg_stat_get_activity(null)"));
    }

    private async Task<PostgresException> RefusalAsync(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(gateway.Server.ConnectionString(gateway.Attacker));
        change(builder);
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        return await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(TestContext.Current.CancellationToken));
    }

    private static bool Contains(string? row, string text) => row?.Contains(text, StringComparison.Ordinal) == true;

    private static async Task<List<string>> RowsAsync(WireClient client, string sql)
    {
        var answer = await client.Query(sql).TalkAsync();
        Assert.DoesNotContain(answer, message => message.Type == 'E');
        return [.. answer.Where(message => message.Type == 'D').Select(message => message.Values[0]!)];
    }

    private static async Task<string?> SqlStateAsync(WireClient client, string sql) =>
        (await client.Query(sql).TalkAsync()).FirstOrDefault(message => message.Type == 'E')?.Field('C');
}
