using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Live;

public sealed class FailedWriteTests
{
    private static readonly string[] Points = ["external_id", "timestamp", "value"];
    private static readonly string[] Raw = ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"];

    private static WriteLimits OneAtATime => new() { MaxRequestsInFlight = 1, InDoubtHold = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task Unknown_time_series_are_23503_with_their_names_and_the_line_of_the_first()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CreateSeriesAsync("known");
        var error = await cdf.FailAsync(
            "double_datapoints", Points, [["known", "2024-01-01 00:00:00+00", "1"], ["no1", "2024-01-01 00:00:00+00", "1"], ["no2", "2024-01-01 00:00:00+00", "1"]]);
        Assert.Equal(SqlState.ForeignKeyViolation, error.SqlState);
        Assert.Matches("^Time series not found: \"no1\", \"no2\" \\(CDF request [^)]+\\)$", error.Message);
        Assert.Equal("COPY double_datapoints, line 2, column external_id: \"no1\"", error.Context);
        Assert.Equal("No row of the statement is stored.", error.Detail);
        Assert.NotNull(error.Hint);
        Assert.Empty(await cdf.PointsAsync("known"));
    }

    [Fact]
    public async Task An_external_id_that_exists_is_23505_with_the_key_and_the_number_of_rows_stored_before()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CopyAsync("assets", ["external_id", "name"], [["b", "old"]]);
        var context = cdf.Context with { Limits = OneAtATime };
        var error = await cdf.FailAsync("assets", ["external_id", "name"], [["a", "x"], ["b", "x"], ["c", "x"]], context, batchRows: 1);
        Assert.Equal((SqlState.UniqueViolation, "assets_external_id_key"), (error.SqlState, error.ConstraintName));
        Assert.Equal("Key (external_id)=(b) already exists.\n1 row of the statement is stored.", error.Detail);
        Assert.Equal("COPY assets, line 2, column external_id: \"b\"", error.Context);
        Assert.Equal(2, (await cdf.ItemsAsync("assets")).Length);
    }

    [Fact]
    public async Task A_bad_row_ends_the_write_and_what_was_sent_before_is_counted()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CreateSeriesAsync("s");
        var error = await cdf.FailAsync(
            "double_datapoints",
            Points,
            [["s", "2024-01-01 00:00:00+00", "1"], ["s", "2024-01-01 00:00:01+00", "2"], ["s", "2024-01-01 00:00:02+00", "NaN"], ["s", "2024-01-01 00:00:03+00", "4"]],
            batchRows: 2);
        Assert.Equal(SqlState.NumericValueOutOfRange, error.SqlState);
        Assert.Equal("COPY double_datapoints, line 3, column value: \"NaN\"", error.Context);
        var stored = (await cdf.PointsAsync("s")).Length;
        Assert.Equal(stored == 0 ? "No row of the statement is stored." : "2 rows of the statement are stored.", error.Detail);
    }

    [Fact]
    public async Task The_caller_ends_a_write_for_a_line_that_is_no_row()
    {
        await using var cdf = await LiveCdf.StartAsync();
        using var write = cdf.Start(BuiltInTables.Find("events")!, ["type"]);
        await LiveCdf.AddAsync(write, [["x"]]);
        var error = (await write.FailAsync(new PgException(SqlState.BadCopyFileFormat, "extra data after last expected column"))).Error;
        Assert.Equal(SqlState.BadCopyFileFormat, error.SqlState);
        Assert.Equal(write.StoredRows, (await cdf.ItemsAsync("events")).Length);
        Assert.Equal(write.StoredRows == 0 ? "No row of the statement is stored." : "1 row of the statement is stored.", error.Detail);
    }

    [Fact]
    public async Task A_missing_capability_is_42501_and_the_hint_names_it()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var context = await cdf.WithCapabilitiesAsync("""{"assetsAcl":{"actions":["READ"],"scope":{"all":{}}}}""");
        var error = await cdf.FailAsync("assets", ["name"], [["x"]], context);
        Assert.Equal(SqlState.InsufficientPrivilege, error.SqlState);
        Assert.Contains("assets:write", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_28000()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var error = await cdf.FailAsync("assets", ["name"], [["x"]], cdf.WithToken("nonsense"));
        Assert.Equal(SqlState.InvalidAuthorizationSpecification, error.SqlState);
    }

    [Fact]
    public async Task What_CDF_calls_a_bad_request_is_said_in_its_words_with_its_request_id()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var error = await cdf.FailAsync("events", ["start_time", "end_time"], [["2024-01-02 00:00:00+00", "2024-01-01 00:00:00+00"]]);
        Assert.Equal(SqlState.InvalidParameterValue, error.SqlState);
        Assert.EndsWith(")", error.Message, StringComparison.Ordinal);
        Assert.Contains("(CDF request ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_numeric_series_does_not_take_strings_and_the_hint_names_the_other_table()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CreateSeriesAsync("s");
        var error = await cdf.FailAsync("string_datapoints", Points, [["s", "2024-01-01 00:00:00+00", "x"]]);
        Assert.Equal(SqlState.InvalidParameterValue, error.SqlState);
        Assert.Contains("double_datapoints", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttling_is_waited_out()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"action":"rateLimit","path":"/events","times":2}""");
        var result = await cdf.CopyAsync("events", ["type"], [["x"]]);
        Assert.Equal((1, 2), (result.Rows, result.Retries));
        Assert.Single(await cdf.ItemsAsync("events"));
    }

    [Theory]
    [InlineData("""{"action":"rateLimit","path":"/raw/*"}""", SqlState.ConfigurationLimitExceeded)]
    [InlineData("""{"action":"status","status":503,"path":"/raw/*"}""", SqlState.StatementCompletionUnknown)]
    public async Task Beyond_patience_the_code_invites_a_repetition_only_if_nothing_is_stored(string fault, string sqlState)
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync(fault);
        Assert.Equal(sqlState, (await cdf.FailAsync("raw_rows", Raw, [["db", "t", "a", "{}"]])).SqlState);

        await cdf.FaultsAsync(fault.Replace("{\"action\"", "{\"skip\":1,\"action\"", StringComparison.Ordinal));
        var context = cdf.Context with { Limits = OneAtATime };
        var error = await cdf.FailAsync("raw_rows", Raw, [["db", "t", "a", "{}"], ["db", "t", "b", "{}"]], context, batchRows: 1);
        Assert.Equal(SqlState.StatementCompletionUnknown, error.SqlState);
        Assert.StartsWith("1 row of the statement is stored.", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_CDF_is_08006()
    {
        var cdf = await LiveCdf.StartAsync();
        await cdf.CopyAsync("events", ["type"], [["x"]]);
        var context = cdf.Context;
        await cdf.DisposeAsync();
        using var http = new Cdf.Http.CdfHttp(new Cdf.Http.CdfOptions
        {
            BaseUrl = context.Cluster,
            Retry = new() { MaxConnectAttempts = 1 },
        });
        var client = http.CreateClient("demo", new Cdf.Tokens.StaticTokenSource("t"));
        using var write = TableWrite.Start(
            WritePlan.Create(BuiltInTables.Find("events")!, ["type"], WriteVerb.Insert), context with { Client = client });
        await LiveCdf.AddAsync(write, [["x"]]);
        var error = await Assert.ThrowsAsync<PgException>(() => write.CompleteAsync(LiveCdf.Ct));
        Assert.Equal(SqlState.ConnectionFailure, error.Error.SqlState);
    }

    [Fact]
    public async Task After_a_failure_nothing_more_is_sent()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"action":"status","status":400,"path":"/raw/*","skip":2}""");
        using var write = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw, cdf.Context with { Limits = OneAtATime });
        var added = 0;
        while (await LiveCdf.AddAsync(write, [["db", "t", $"k{added}", "{}"]]))
        {
            added++;
            Assert.InRange(added, 0, 10);
        }

        var error = (await Assert.ThrowsAsync<PgException>(() => write.CompleteAsync(LiveCdf.Ct))).Error;
        Assert.Equal(SqlState.InvalidParameterValue, error.SqlState);
        Assert.StartsWith("2 rows of the statement are stored.", error.Detail, StringComparison.Ordinal);
        await cdf.FaultsAsync();
        Assert.Equal(2, (await cdf.RawRowsAsync("db", "t")).Count);
    }
}
