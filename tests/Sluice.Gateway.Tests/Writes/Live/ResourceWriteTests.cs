using System.Text;
using System.Text.Json;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Live;

/// <summary>Conflicts, lost answers and rows that are set aside, in the tables of which each creates in its own way.</summary>
public sealed class ResourceWriteTests
{
    private static readonly string[] Relationship = ["external_id", "source_external_id", "source_type", "target_external_id", "target_type"];

    public static TheoryData<string, string, string[], string[], string[]> Creating => new()
    {
        { "files", "files", ["external_id", "name", "source"], ["a", "old", "old"], ["a", "old", "new"] },
        { "relationships", "relationships", Relationship, ["a", "old", "asset", "t", "file"], ["a", "new", "event", "t", "file"] },
        { "sequences", "sequences", ["external_id", "columns", "name"], ["a", "[{\"externalId\":\"c\"}]", "old"], ["a", "[{\"externalId\":\"c\"}]", "new"] },
        { "extraction_pipelines", "extpipes", ["external_id", "name", "data_set_id"], ["a", "old", "1"], ["a", "new", "1"] },
    };

    [Theory]
    [MemberData(nameof(Creating))]
    public async Task What_exists_is_refused_ignored_or_updated(string table, string resource, string[] columns, string[] old, string[] changed)
    {
        await using var cdf = await LiveCdf.StartAsync();
        await WithDataSetAsync(cdf, columns, old, changed);
        string?[] other = [.. changed.Select((value, i) => i == 0 ? "b" : value)];
        await cdf.CopyAsync(table, columns, [old]);
        Assert.Equal(SqlState.UniqueViolation, (await cdf.FailAsync(table, columns, [changed])).SqlState);

        var ignored = await cdf.CopyAsync(table, columns, [changed, other], With(cdf, ConflictAction.Ignore));
        Assert.Equal((1, 1L), (ignored.Rows, Assert.Single(ignored.NotApplied)));
        Assert.DoesNotContain("new", (await ItemAsync(cdf, resource, "a")).GetRawText(), StringComparison.Ordinal);

        Assert.Equal(2, (await cdf.CopyAsync(table, columns, [changed, other], With(cdf, ConflictAction.Update))).Rows);
        Assert.Contains("new", (await ItemAsync(cdf, resource, "a")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, (await cdf.ItemsAsync(resource)).Length);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task A_file_with_an_external_id_survives_a_lost_answer_and_comes_once(string when)
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync($$"""{"action":"drop","path":"/files","when":"{{when}}","times":1}""");
        Assert.Equal(3, (await cdf.CopyAsync("files", ["external_id", "name"], [["a", "x"], ["b", "y"], ["c", "z"]])).Rows);
        Assert.Equal(3, (await cdf.ItemsAsync("files")).Length);
    }

    [Fact]
    public async Task A_file_of_another_is_not_taken_for_the_one_whose_answer_was_lost()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CopyAsync("files", ["external_id", "name"], [["a", "old"]]);
        await cdf.FaultsAsync("""{"action":"drop","path":"/files","when":"before","times":1}""");
        Assert.Equal(SqlState.UniqueViolation, (await cdf.FailAsync("files", ["external_id", "name"], [["a", "new"]])).SqlState);
    }

    [Fact]
    public async Task A_run_is_never_repeated_after_a_lost_answer()
    {
        await using var cdf = await LiveCdf.StartAsync();
        string[] pipeline = ["p", "P", "1"];
        await WithDataSetAsync(cdf, ["external_id", "name", "data_set_id"], pipeline);
        await cdf.CopyAsync("extraction_pipelines", ["external_id", "name", "data_set_id"], [pipeline]);
        await cdf.FaultsAsync("""{"action":"drop","path":"/extpipes/runs","when":"after","times":1}""");
        Assert.Equal(
            SqlState.StatementCompletionUnknown,
            (await cdf.FailAsync("extraction_pipeline_runs", ["external_id", "status"], [["p", "success"]])).SqlState);
    }

    [Fact]
    public async Task Labels_and_RAW_tables_that_exist_are_left_as_they_are()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CopyAsync("labels", ["external_id", "name"], [["a", "old"]]);
        Assert.Equal(1, (await cdf.CopyAsync("labels", ["external_id", "name"], [["a", "new"], ["b", "B"]], With(cdf, ConflictAction.Ignore))).Rows);
        await cdf.CopyAsync("raw_tables", ["_raw_database", "_raw_table"], [["d", "t"]]);
        var result = await cdf.CopyAsync("raw_tables", ["_raw_database", "_raw_table"], [["d", "t"], ["d", "u"]], With(cdf, ConflictAction.Ignore));
        Assert.Equal((1, 1L), (result.Rows, Assert.Single(result.NotApplied)));
        Assert.Equal("old", (await ItemAsync(cdf, "labels", "a")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Rows_that_cannot_be_stored_are_set_aside_and_the_others_are_stored()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var context = cdf.Context with { Settings = new WriteSettings { OnError = OnError.Skip } };
        await cdf.CopyAsync("sequences", ["external_id", "columns"], [["s", "[{\"externalId\":\"c\"}]"]]);
        var rows = await cdf.CopyAsync(
            "sequence_rows",
            ["external_id", "row_number", "columns", "values"],
            [["s", "1", "{c}", "[1]"], ["none", "1", "{c}", "[1]"], ["s", "2", "{c}", "[2,3]"], ["s", "3", "{c}", "[3]"]],
            context);
        Assert.Equal(2, rows.Rows);
        Assert.Equal([2L, 3L], rows.Rejected.Select(row => row.Origin).Order());

        var files = await cdf.CopyAsync(
            "files", ["external_id", "name", "asset_ids"], [["a", "A", "{1}"], ["b", "B", null], ["c", "C", null]], context);
        Assert.Equal((2, 1L), (files.Rows, Assert.Single(files.Rejected).Origin));
        Assert.Equal(2, (await cdf.ItemsAsync("files")).Length);
    }

    [Fact]
    public async Task A_missing_capability_is_42501_and_named()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var context = await cdf.WithCapabilitiesAsync("""{"filesAcl":{"actions":["READ"],"scope":{"all":{}}}}""");
        var error = await cdf.FailAsync("files", ["name"], [["x"]], context);
        Assert.Equal(SqlState.InsufficientPrivilege, error.SqlState);
        Assert.Contains("files:write", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_that_say_the_same_as_one_that_CDF_refuses_are_not_counted()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var context = cdf.Context with { Settings = new WriteSettings { OnError = OnError.Skip } };
        string?[][] rows = [["nothing", "success"], ["nothing", "success"], ["nothing", "success"]];
        var result = await cdf.CopyAsync("extraction_pipeline_runs", ["external_id", "status"], rows, context, batchRows: 2);
        Assert.Equal(0, result.Rows);
        Assert.Equal([1, 2, 3], result.NotApplied);
    }

    [Fact]
    public async Task Identical_runs_of_a_statement_are_one_also_in_several_batches()
    {
        await using var cdf = await LiveCdf.StartAsync();
        string[] pipeline = ["p", "P", "1"];
        await WithDataSetAsync(cdf, ["external_id", "name", "data_set_id"], pipeline);
        await cdf.CopyAsync("extraction_pipelines", ["external_id", "name", "data_set_id"], [pipeline]);
        string?[][] rows = [.. Enumerable.Repeat(new[] { "p", "success" }, 50), ["p", "failure"]];
        var result = await cdf.CopyAsync("extraction_pipeline_runs", ["external_id", "status"], rows, batchRows: 10);
        Assert.Equal((51, 2), (result.Rows, result.Requests));
    }

    private static WriteContext With(LiveCdf cdf, ConflictAction action) =>
        cdf.Context with { Settings = new WriteSettings { OnConflict = action } };

    /// <summary>Puts the id of a new data set into the rows.</summary>
    private static async Task WithDataSetAsync(LiveCdf cdf, string[] columns, params string[][] rows)
    {
        if (Array.IndexOf(columns, "data_set_id") is >= 0 and var index)
        {
            var body = Encoding.UTF8.GetBytes("""{"items":[{"name":"d"}]}""");
            var response = await cdf.Context.Client.SendAsync(cdf.Context.Client.DataSets.Create(body, discardBody: false), LiveCdf.Ct);
            var id = JsonSerializer.Deserialize<JsonElement>(response.Body.Span).GetProperty("items")[0].GetProperty("id").GetInt64();
            Array.ForEach(rows, row => row[index] = $"{id}");
        }
    }

    private static async Task<JsonElement> ItemAsync(LiveCdf cdf, string resource, string externalId) =>
        (await cdf.ItemsAsync(resource)).Single(item => item.GetProperty("externalId").GetString() == externalId);
}
