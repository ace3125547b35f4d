using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Rejects;

/// <summary>COPY with ON_ERROR, LOG_VERBOSITY and REJECT_LIMIT, as PostgreSQL 17 and 18 have them, and with sluice.on_error.</summary>
public sealed class CopyOnErrorTests(GatewayServer server)
{
    private const string Columns = "(external_id, start_time, description)";

    private readonly string _name = $"copy-{Guid.NewGuid():N}";

    // Lines 2 and 4 have no time, line 5 has too few values, line 6 has a type that is no UTF-8 text.
    private string Data => $"{_name}-1\t2024-01-01\td\n{_name}-2\tno time\td\n{_name}-3\t\\N\td\n{_name}-4\t13-13-2024\td\n{_name}-5\n";

    [Fact]
    public async Task Bad_lines_are_left_out_and_counted()
    {
        await using var client = await server.ConnectAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore)", Data);
        Assert.Equal(
            ["N NOTICE 00000 3 rows were skipped due to data type incompatibility D=The first: invalid input syntax for type timestamp with time zone: \"no time\" H=SELECT * FROM sluice.rejected_rows shows them.", "C COPY 2", "Z I"],
            reply.Select(m => m.ToString()));
        Assert.Equal([$"{_name}-1", $"{_name}-3"], await StoredAsync());
    }

    [Fact]
    public async Task Verbose_says_each_line()
    {
        await using var client = await server.ConnectAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore, log_verbosity verbose)", Data);
        Assert.Equal(
            [
                "skipping row due to data type incompatibility at line 2 for column \"start_time\": \"no time\"",
                "skipping row due to data type incompatibility at line 4 for column \"start_time\": \"13-13-2024\"",
                "skipping row due to data type incompatibility at line 5: missing data for column \"start_time\"",
                "3 rows were skipped due to data type incompatibility",
            ],
            reply.Where(m => m.Type == 'N').Select(m => m.Field('M')));
    }

    [Fact]
    public async Task Silent_says_nothing()
    {
        await using var client = await server.ConnectAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore, log_verbosity silent)", Data);
        Assert.Equal(["C COPY 2", "Z I"], reply.Select(m => m.ToString()));
    }

    [Fact]
    public async Task More_rows_than_REJECT_LIMIT_fail_the_COPY()
    {
        await using var client = await server.ConnectAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore, reject_limit 2)", Data);
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal(("22P02", "skipped more than REJECT_LIMIT (2) rows due to data type incompatibility"), (error.Field('C'), error.Field('M')));
        Assert.Contains("No row of the statement is stored.", error.Field('D'));
        Assert.Empty(await StoredAsync());
        reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore, reject_limit 3)", Data);
        Assert.Equal("C COPY 2", reply[^2].ToString());
    }

    [Fact]
    public async Task Rows_that_CDF_refuses_count_towards_REJECT_LIMIT()
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into events (external_id) values ('{_name}-1'), ('{_name}-3')").TalkAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore, reject_limit 4)", Data);
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal(
            ("22P02", "skipped more than REJECT_LIMIT (4) rows due to data type incompatibility or refusal by CDF"), (error.Field('C'), error.Field('M')));
    }

    [Fact]
    public async Task A_row_that_CDF_refuses_is_said_with_its_line()
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into events (external_id) values ('{_name}-3')").TalkAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore, log_verbosity verbose)", Data);
        Assert.Contains(reply, m => m.Type == 'N' && m.Field('M')!.StartsWith("skipping row due to refusal by CDF at line 3: ", StringComparison.Ordinal));
        Assert.Equal("C COPY 1", reply[^2].ToString());
    }

    [Fact]
    public async Task The_setting_does_the_same_and_the_option_stop_overrides_it()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("set sluice.on_error = skip").TalkAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error stop)", Data);
        Assert.Equal("22007", reply.Single(m => m.Type == 'E').Field('C'));
        reply = await CopyAsync(client, $"copy events {Columns} from stdin", Data);
        Assert.Equal("C COPY 2", reply[^2].ToString());
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_fails_the_COPY_all_the_same()
    {
        await using var client = await server.ConnectAsync();
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (format csv, on_error ignore)", $"{_name}-1,,d\n\"{_name}-2,,\n");
        Assert.Equal("22P04", reply.Single(m => m.Type == 'E').Field('C'));
    }

    [Theory]
    [InlineData("on_error ignore, format binary", "42601", "only ON_ERROR STOP is allowed in BINARY mode")]
    [InlineData("reject_limit 3", "22023", "COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE")]
    [InlineData("on_error ignore, reject_limit 0", "22023", "REJECT_LIMIT (0) must be greater than zero")]
    [InlineData("on_error maybe", "22023", "COPY ON_ERROR \"maybe\" not recognized")]
    [InlineData("on_error ignore, log_verbosity loud", "22023", "COPY LOG_VERBOSITY \"loud\" not recognized")]
    public async Task Wrong_options_are_refused_as_in_PostgreSQL(string options, string sqlState, string message)
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query($"copy events {Columns} from stdin ({options})").TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal((sqlState, message), (error.Field('C'), error.Field('M')));
    }

    [Fact]
    public async Task A_file_whose_lines_are_all_bad_is_read_to_its_end()
    {
        await using var client = await server.ConnectAsync();
        var lines = string.Concat(Enumerable.Range(1, 5_000).Select(i => $"{_name}-{i}\tno time\td\n"));
        var reply = await CopyAsync(client, $"copy events {Columns} from stdin (on_error ignore, log_verbosity verbose)", lines);
        Assert.Equal("C COPY 0", reply[^2].ToString());
        Assert.Equal(1_001, reply.Count(m => m.Type == 'N'));
        Assert.StartsWith("5000 rows were skipped", reply[^3].Field('M'));
    }

    private static Task<List<WireMessage>> CopyAsync(WireClient client, string sql, string data)
    {
        // Cut anywhere, as networks do.
        client.Query(sql);
        for (var at = 0; at < data.Length; at += 1_009)
        {
            client.CopyData(data.Substring(at, Math.Min(1_009, data.Length - at)));
        }

        return TalkAsync(client.CopyDone());
    }

    private static async Task<List<WireMessage>> TalkAsync(WireClient client) =>
        [.. (await client.TalkAsync()).Where(m => m.Type != 'G')];

    private async Task<List<string>> StoredAsync()
    {
        var items = await server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(1, 5).Select(i => $"{_name}-{i}"));
        return [.. items.Select(item => (string)item!["externalId"]!).Order(StringComparer.Ordinal)];
    }
}
