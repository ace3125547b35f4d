using Npgsql;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Reads.History;

/// <summary>What a user reads of his own writes.</summary>
public sealed class HistoryTests(EngineFixture fixture) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2024, 2, 29, 12, 0, 0, TimeSpan.Zero);

    private NpgsqlConnection? _user;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private NpgsqlConnection User => _user!;

    private WriteHistory Writes => new(fixture.History, TimeProvider.System);

    private RejectedRows Rejected => new(fixture.History);

    public async ValueTask InitializeAsync() => _user = await fixture.ConnectAsNewUserAsync();

    public ValueTask DisposeAsync() => User.DisposeAsync();

    [Fact]
    public async Task What_was_just_recorded_is_read_newest_first()
    {
        Writes.Record(Write(1) with { Kind = "COPY", Rows = 5, Rejected = 1, Requests = 2, Retries = 1, Bytes = 1_234, Decoding = TimeSpan.FromMilliseconds(1.5) });
        Writes.Record(Write(2) with { SqlState = "23505", Error = "taken: \"a\0b\"", ApplicationName = "psql", RequestIds = ["r1", "r,2"] });

        Assert.Equal(
            [
                "2|2024-02-29 12:00:00+00|INSERT|assets|0|0|0|0|0|0|0|0|23505|taken: \"a\uFFFDb\"|psql|{r1,\"r,2\"}",
                "1|2024-02-29 12:00:00+00|COPY|assets|5|1|2|1|1234|1.5|0|0||||{}",
            ],
            await User.RowsAsync("SELECT * FROM sluice.writes"));
        Assert.Empty(await User.RowsAsync("SELECT * FROM sluice.rejected_rows"));
    }

    [Fact]
    public async Task Rejected_rows_have_the_number_of_their_statement()
    {
        var statement = Writes.NextStatement();
        Writes.Record(Write(statement) with { Rejected = 2 });
        Rejected.Record(Row(statement) with { Line = 3, Key = "a", Row = """{"name":"x","metadata":{"k":1}}""" });
        Rejected.Record(Row(statement) with { Reason = "no such label" });

        Assert.Equal(
            ["||no such label|", "3|a|too long|1"],
            await User.RowsAsync("SELECT line, key, reason, row -> 'metadata' ->> 'k' FROM sluice.writes JOIN sluice.rejected_rows USING (statement) ORDER BY line NULLS FIRST"));
    }

    [Theory]
    [InlineData("SELECT count(*) FROM sluice.writes", "3")]
    [InlineData("SELECT count(*) FROM sluice.writes WHERE error LIKE '%taken%' AND lower(kind) = 'insert' AND time > now() - interval '100 years'", "1")]
    [InlineData("SELECT statement FROM sluice.writes WHERE statement = 2 AND request_ids @> '{r1}'", "2")]
    [InlineData("SELECT sum(rows) FROM sluice.writes GROUP BY table_name", "12")]
    [InlineData("SELECT statement FROM sluice.writes ORDER BY rows LIMIT 1", "2")]
    [InlineData("SELECT statement FROM sluice.writes LIMIT 1", "3")]
    [InlineData("SELECT a.statement FROM sluice.writes a JOIN sluice.writes b ON a.statement = b.statement + 2", "3")]
    [InlineData("SELECT count(*) FROM (SELECT 1 FROM sluice.writes OFFSET 1) t", "2")]
    public async Task Any_query_can_be_put_to_it(string sql, string expected)
    {
        Writes.Record(Write(1) with { Rows = 5 });
        Writes.Record(Write(2) with { Error = "taken", RequestIds = ["r1", "r2"] });
        Writes.Record(Write(3) with { Rows = 7 });

        Assert.Equal([expected], await User.RowsAsync(sql));
    }

    [Fact]
    public async Task Nobody_sees_anothers()
    {
        await using var other = await fixture.ConnectAsNewUserAsync();
        Writes.Record(Write(1));
        Rejected.Record(Row(1));

        Assert.Empty(await other.RowsAsync("SELECT * FROM sluice.writes"));
        Assert.Empty(await other.RowsAsync("SELECT * FROM sluice.rejected_rows"));
        Assert.Single(await User.RowsAsync("SELECT * FROM sluice.writes"));
    }

    [Fact]
    public async Task Only_the_last_ten_thousand_statements_are_kept()
    {
        for (var i = 1; i <= WriteHistory.MaxStatements + 1_500; i++)
        {
            Writes.Record(Write(i));
        }

        Assert.Equal(["10000|1501|11500"], await User.RowsAsync("SELECT count(*), min(statement), max(statement) FROM sluice.writes"));
        await using var own = await fixture.Engine.Database.OpenConnectionAsync(Token);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM sluice.write_history WHERE username = $1", own) { Parameters = { new() { Value = User.Database } } };
        Assert.InRange((long)(await count.ExecuteScalarAsync(Token))!, WriteHistory.MaxStatements, WriteHistory.MaxStatements + 1_500);
    }

    [Fact]
    public void Statements_are_numbered_upwards()
    {
        var writes = Writes;
        var numbers = Enumerable.Range(0, 10_000).AsParallel().Select(_ => writes.NextStatement()).ToList();

        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.True(new WriteHistory(fixture.History, TimeProvider.System).NextStatement() > 1_700_000_000_000_000);
    }

    [Fact]
    public async Task The_views_are_documented_and_only_to_be_read()
    {
        Assert.Equal(
            ["rejected_rows|SELECT PUBLIC", "writes|SELECT PUBLIC"],
            await User.RowsAsync(
                "SELECT table_name, string_agg(privilege_type || ' ' || grantee, ',') FROM information_schema.table_privileges WHERE table_schema = 'sluice' GROUP BY 1 ORDER BY 1"));
        Assert.Equal(
            ["0"],
            await User.RowsAsync(
                """
                SELECT count(*) FROM pg_attribute WHERE attrelid IN ('sluice.writes'::regclass, 'sluice.rejected_rows'::regclass)
                    AND attnum > 0 AND col_description(attrelid, attnum) IS NULL
                """));
    }

    private WriteRecord Write(long statement) => new()
    {
        Username = User.Database,
        Statement = statement,
        Time = Noon,
        Kind = "INSERT",
        Table = "assets",
    };

    private RejectedRow Row(long statement) => new()
    {
        Username = User.Database,
        Statement = statement,
        Time = Noon,
        Table = "assets",
        SqlState = "22001",
        Reason = "too long",
        Row = "{}",
    };
}
