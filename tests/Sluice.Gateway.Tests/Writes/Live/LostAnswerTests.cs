using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Live;

public sealed class LostAnswerTests
{
    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task A_create_with_external_ids_survives_a_lost_answer_and_happens_once(string when)
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync($$"""{"action":"drop","path":"/assets","when":"{{when}}","times":1}""");
        var result = await cdf.CopyAsync(
            "assets", ["external_id", "name", "metadata"], [["a", "x", "{\"k\":\"v\"}"], ["b", "y", null]]);
        Assert.Equal(2, result.Rows);
        Assert.Equal(2, (await cdf.ItemsAsync("assets")).Length);
    }

    [Fact]
    public async Task A_create_that_is_refused_after_a_lost_answer_is_23505_if_the_items_are_anothers()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CopyAsync("assets", ["external_id", "name"], [["a", "old"], ["b", "old"]]);
        await cdf.FaultsAsync("""{"action":"drop","path":"/assets","when":"before","times":1}""");
        var error = await cdf.FailAsync("assets", ["external_id", "name"], [["a", "new"], ["b", "old"]]);
        Assert.Equal(SqlState.UniqueViolation, error.SqlState);
        Assert.EndsWith("No row of the statement is stored.", error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("before", 0)]
    [InlineData("after", 1)]
    public async Task A_create_without_external_ids_is_never_repeated_after_a_lost_answer(string when, int stored)
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync($$"""{"action":"drop","path":"/events","when":"{{when}}","times":1}""");
        var error = await cdf.FailAsync("events", ["type"], [["x"]]);
        Assert.Equal(SqlState.StatementCompletionUnknown, error.SqlState);
        Assert.Equal("No row of the statement is stored. It is not known of 1 more row whether it is.", error.Detail);
        Assert.Equal(stored, (await cdf.ItemsAsync("events")).Length);
    }

    [Fact]
    public async Task Data_points_are_repeated_after_a_lost_answer()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CreateSeriesAsync("s");
        await cdf.FaultsAsync("""{"action":"drop","path":"/timeseries/data","when":"after","times":2}""");
        var result = await cdf.CopyAsync("double_datapoints", ["external_id", "timestamp", "value"], [["s", "1970-01-01 00:00:01+00", "1"]]);
        Assert.Equal((1, 2), (result.Rows, result.Retries));
    }

    [Fact]
    public async Task Answers_that_are_lost_beyond_patience_leave_the_statement_in_doubt_with_its_keys()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CreateSeriesAsync("s");
        await cdf.FaultsAsync("""{"action":"drop","path":"/timeseries/data"}""");
        var error = await cdf.FailAsync("double_datapoints", ["external_id", "timestamp", "value"], [["s", "1970-01-01 00:00:01+00", "1"]]);
        Assert.Equal(SqlState.StatementCompletionUnknown, error.SqlState);
        Assert.Equal("No row of the statement is stored. It is not known of 1 more row whether it is (external_id: s).", error.Detail);
    }

    [Fact]
    public async Task Points_for_a_series_that_was_just_created_wait_until_CDF_finds_it()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CreateSeriesAsync("s");
        await cdf.DeleteSeriesAsync("s");
        await cdf.FaultsAsync("""{"id":"seen","action":"latency","milliseconds":0,"path":"/timeseries/data"}""");
        var copying = cdf.CopyAsync("double_datapoints", ["external_id", "timestamp", "value"], [["s", "1970-01-01 00:00:01+00", "1"]]);
        await cdf.HitsAsync("seen", 2);
        await cdf.CreateSeriesAsync("s");
        Assert.Equal(1, (await copying).Rows);
        Assert.Equal([(1_000, "1")], await cdf.PointsAsync("s"));
    }

    [Theory]
    [InlineData("before", SqlState.SystemError)]
    [InlineData("after", null)]
    public async Task A_create_that_CDF_fails_is_asked_for_before_its_outcome_is_told(string when, string? sqlState)
    {
        await using var cdf = await LiveCdf.StartAsync(maxAttempts: 1);
        await cdf.FaultsAsync($$"""{"action":"status","status":500,"path":"/assets","when":"{{when}}","times":1}""");
        if (sqlState is null)
        {
            Assert.Equal(1, (await cdf.CopyAsync("assets", ["external_id", "name"], [["a", "x"]])).Rows);
        }
        else
        {
            Assert.Equal(sqlState, (await cdf.FailAsync("assets", ["external_id", "name"], [["a", "x"]])).SqlState);
        }
    }

    [Fact]
    public async Task A_RAW_insert_that_fails_half_way_says_what_may_be_stored()
    {
        await using var cdf = await LiveCdf.StartAsync(maxAttempts: 1);
        await cdf.FaultsAsync("""{"action":"partialRaw","path":"*rows*","rows":1,"status":500}""");
        var error = await cdf.FailAsync("raw_rows", ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"], [["db", "t", "a", "{}"], ["db", "t", "b", "{}"]]);
        Assert.Equal(SqlState.StatementCompletionUnknown, error.SqlState);
        Assert.Equal("No row of the statement is stored. It is not known of 2 more rows whether they are (_raw_key: a, b).", error.Detail);
    }
}
