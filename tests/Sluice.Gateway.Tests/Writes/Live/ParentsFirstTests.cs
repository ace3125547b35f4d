using System.Globalization;
using System.Text.Json;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Live;

/// <summary>Assets whose parents are in the same statement, in any order.</summary>
public sealed class ParentsFirstTests
{
    private static readonly string[] Columns = ["external_id", "name", "parent_external_id"];

    [Theory]
    [InlineData(2_500, 0)]
    [InlineData(2_500, 1)]
    [InlineData(2_500, 42)]
    [InlineData(30, 7)]
    public async Task Trees_arrive_whole_in_any_order(int count, int seed)
    {
        await using var cdf = await LiveCdf.StartAsync();
        string?[][] rows = [.. Enumerable.Range(0, count).Select(i => new[] { $"a{i}", "n", i == 0 ? null : $"a{(i - 1) / 3}" })];
        if (seed == 0)
        {
            Array.Reverse(rows);
        }
        else
        {
            new Random(seed).Shuffle(rows);
        }

        var result = await cdf.CopyAsync("assets", Columns, rows, batchRows: 1_000);
        Assert.Equal((count, (count + 999) / 1_000), (result.Rows, result.Requests));
        var stored = (await cdf.ItemsAsync("assets")).ToDictionary(item => item.GetProperty("externalId").GetString()!, item => item);
        Assert.Equal(count, stored.Count);
        foreach (var row in rows.Where(row => row[2] is not null))
        {
            Assert.Equal(IdOf(stored[row[2]!]), stored[row[0]!].GetProperty("parentId").GetInt64());
        }

        Assert.Equal(0, await cdf.RequestsAsync("/assets/byids"));
    }

    [Fact]
    public async Task Siblings_are_sent_at_the_same_time_once_their_parents_are_there()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"id":"first","action":"hold","path":"/assets"}""");
        string?[][] rows = [["root", "n", null], .. Enumerable.Range(0, 7_999).Select(i => new[] { $"a{i}", "n", "root" })];
        var copy = cdf.CopyAsync("assets", Columns, rows, batchRows: 1_000);
        await cdf.HitsAsync("first", 1);
        await cdf.FaultsAsync("""{"id":"others","action":"hold","path":"/assets"}""");
        await cdf.HitsAsync("others", 7);
        await cdf.FaultsAsync();
        Assert.Equal((8_000, 8), ((await copy).Rows, (await copy).Requests));
    }

    [Fact]
    public async Task Parents_that_CDF_has_are_found_in_the_end_or_when_many_rows_wait()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CopyAsync("assets", ["external_id", "name"], [["there", "n"]]);
        Assert.Equal(2, (await cdf.CopyAsync("assets", Columns, [["x", "n", "there"], ["y", "n", "x"]])).Rows);
        Assert.Equal(0, await cdf.RequestsAsync("/assets/byids"));

        string?[][] rows = [.. Enumerable.Range(0, 25_000).Select(i => new[] { $"c{i.ToString(CultureInfo.InvariantCulture)}", "n", "there" })];
        var result = await cdf.CopyAsync("assets", Columns, rows);
        Assert.Equal((25_000, 25), (result.Rows, result.Requests));
        Assert.Equal(1, await cdf.RequestsAsync("/assets/byids"));
    }

    [Fact]
    public async Task A_long_load_with_all_children_before_their_parents_asks_CDF_a_few_times_only()
    {
        await using var cdf = await LiveCdf.StartAsync();
        string?[][] rows = [.. Enumerable.Range(0, 50_000).Select(i => new[] { $"a{i}", "n", i == 0 ? null : $"a{(i - 1) / 2}" }).Reverse()];
        var result = await cdf.CopyAsync("assets", Columns, rows);
        Assert.Equal((50_000, 50), (result.Rows, result.Requests));
        Assert.InRange(await cdf.RequestsAsync("/assets/byids"), 1, 3);
    }

    [Fact]
    public async Task A_parent_that_is_nowhere_is_23503_with_its_name()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var error = await cdf.FailAsync("assets", Columns, [["a", "n", "nowhere"]]);
        Assert.Equal(SqlState.ForeignKeyViolation, error.SqlState);
        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_one_key_keep_their_order_though_the_first_waits_for_its_parent()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var context = cdf.Context with { Settings = cdf.Context.Settings with { OnConflict = ConflictAction.Update } };
        string?[][] rows = [["r", "n", null], ["k", "first", "p"], ["k", "second", "r"], ["k", "third", "q"], ["k", "fourth", "r"], ["q", "n", "r"], ["p", "n", "r"]];
        Assert.Equal(rows.Length, (await cdf.CopyAsync("assets", Columns, rows, context)).Rows);
        var stored = (await cdf.ItemsAsync("assets")).Single(item => item.GetProperty("externalId").GetString() == "k");
        Assert.Equal("fourth", stored.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_circle_is_refused_and_the_rest_of_the_statement_with_it()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var error = await cdf.FailAsync("assets", Columns, [["a", "n", "b"], ["b", "n", "a"], ["c", "n", "c"]]);
        Assert.Equal(SqlState.InvalidParameterValue, error.SqlState);
        Assert.Empty(await cdf.ItemsAsync("assets"));
    }

    [Fact]
    public async Task Rows_that_wait_take_a_bounded_amount_of_memory()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var context = cdf.Context with { Limits = cdf.Context.Limits with { MaxHeldBytes = 100_000 } };
        string?[][] rows = [.. Enumerable.Range(0, 20_000).Select(i => new[] { $"a{i}", "n", $"a{i + 1}" })];
        var error = await cdf.FailAsync("assets", Columns, rows, context);
        Assert.Equal(SqlState.ProgramLimitExceeded, error.SqlState);
        Assert.Contains("rows wait for parents that have not come", error.Message, StringComparison.Ordinal);
        Assert.Empty(await cdf.ItemsAsync("assets"));
    }

    [Fact]
    public async Task An_external_id_twice_is_23505_whatever_the_order()
    {
        await using var cdf = await LiveCdf.StartAsync();
        Assert.Equal(SqlState.UniqueViolation, (await cdf.FailAsync("assets", Columns, [["a", "n", "r"], ["r", "n", null], ["a", "n", "r"]])).SqlState);
    }

    private static long IdOf(JsonElement item) => item.GetProperty("id").GetInt64();
}
