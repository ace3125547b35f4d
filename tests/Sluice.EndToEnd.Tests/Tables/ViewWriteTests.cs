using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>Every verb on tables over views: which rows it makes, changes and counts, and what it leaves alone.</summary>
public sealed class ViewWriteTests(GatewayServer server) : IAsyncLifetime
{
    private ViewModel _model = null!;
    private WireClient _client = null!;

    private string Space => _model.Space;

    private string Pumps => _model.Pumps;

    private string Pipes => _model.Pipes;

    public async ValueTask InitializeAsync()
    {
        _model = await ViewModel.CreateAsync(server);
        _client = await server.ConnectAsync();
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task ON_CONFLICT_DO_UPDATE_changes_only_the_columns_that_it_names()
    {
        await AddPumpAsync("old", "before", 1);
        var clause = $"VALUES ('{Space}', 'old', 'after', 2), ('{Space}', 'new', 'made', 3) ON CONFLICT (space, external_id) DO UPDATE SET power = excluded.power";
        Assert.Equal(["C INSERT 0 2"], await RunAsync($"INSERT INTO {Pumps} (space, external_id, name, power) {clause}"));
        Assert.Equal("""{"name":"before","state":"new","power":2}""", await _model.PropertiesAsync("Pump", "old"));
        Assert.Equal("""{"name":"made","state":"new","power":3}""", await _model.PropertiesAsync("Pump", "new"));
    }

    [Fact]
    public async Task ON_CONFLICT_DO_UPDATE_makes_a_row_of_an_instance_that_has_no_data_in_the_view()
    {
        await _model.AddNodesAsync("bare");
        Assert.Equal(
            ["C INSERT 0 1"],
            await RunAsync(
                $"INSERT INTO {Pumps} (space, external_id, name, power) VALUES ('{Space}', 'bare', 'n', 2) ON CONFLICT (space, external_id) DO UPDATE SET power = excluded.power"));
        Assert.Equal("""{"name":"n","state":"new","power":2}""", await _model.PropertiesAsync("Pump", "bare"));
    }

    [Fact]
    public async Task A_key_twice_in_one_DO_UPDATE_is_21000()
    {
        const string Set = "ON CONFLICT (space, external_id) DO UPDATE SET";
        foreach (var clause in new[] { $"{Set} power = excluded.power", $"{Set} power = excluded.power, name = excluded.name" })
        {
            var error = await FailAsync($"INSERT INTO {Pumps} (space, external_id, name, power) VALUES ('{Space}', 'x', 'a', 1), ('{Space}', 'x', 'b', 2) {clause}");
            Assert.Equal("21000", error.Field('C'));
        }

        Assert.Null(await _model.FindAsync("Pump", "x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("(space, external_id) ")]
    public async Task ON_CONFLICT_DO_NOTHING_counts_what_it_makes(string target)
    {
        await AddPumpAsync("old", "before", 1);
        var values = string.Join(", ", new[] { "old", "new", "new" }.Select((key, n) => $"('{Space}', '{key}', 'n{n}')"));
        Assert.Equal(["C INSERT 0 1"], await RunAsync($"INSERT INTO {Pumps} (space, external_id, name) VALUES {values} ON CONFLICT {target}DO NOTHING"));
        Assert.Equal("""{"name":"before","state":"new","power":1}""", await _model.PropertiesAsync("Pump", "old"));
        Assert.Equal("""{"name":"n1","state":"new"}""", await _model.PropertiesAsync("Pump", "new"));
    }

    [Theory]
    [InlineData("error")]
    [InlineData("update")]
    [InlineData("ignore")]
    public async Task COPY_overwrites_whatever_the_setting_says_to_tables_where_CDF_creates(string setting)
    {
        await AddPumpAsync("old", "before", 1);
        var reply = await _client.Query($"SET sluice.on_conflict = {setting}; COPY {Pumps} (space, external_id, name) FROM STDIN csv")
            .CopyData($"{Space},old,after\n{Space},new,made\n").CopyDone().TalkAsync();
        Assert.Equal("C COPY 2", reply.Last(m => m.Type == 'C').ToString());
        Assert.Equal("""{"name":"after","state":"new","power":1}""", await _model.PropertiesAsync("Pump", "old"));
    }

    [Fact]
    public async Task UPDATE_changes_what_is_there_and_makes_nothing()
    {
        await AddPumpAsync("a", "A", 1);
        await AddPumpAsync("b", "B", 2);
        await _model.AddNodesAsync("bare");
        Assert.Equal(
            ["C UPDATE 2"],
            await RunAsync($"UPDATE {Pumps} SET power = NULL, \"Camel\" = 7 WHERE space = '{Space}' AND external_id IN ('a', 'b', 'none', 'bare', '')"));
        Assert.Equal("""{"name":"A","state":"new","Camel":7}""", await _model.PropertiesAsync("Pump", "a"));
        Assert.Equal("""{"name":"B","state":"new","Camel":7}""", await _model.PropertiesAsync("Pump", "b"));
        Assert.Null(await _model.FindAsync("Pump", "none"));
        Assert.Null(await _model.PropertiesAsync("Pump", "bare"));
    }

    [Fact]
    public async Task Each_UPDATE_of_a_pipeline_has_its_count_and_the_later_one_stands()
    {
        await AddPumpAsync("a", "A", 1);
        _client.Parse("u", $"UPDATE {Pumps} SET name = $1 WHERE space = '{Space}' AND external_id = $2");
        foreach (var (name, key) in new[] { ("1", "a"), ("2", "none"), ("3", "a") })
        {
            _client.Bind("", "u", name, key).Execute("");
        }

        var reply = await _client.Sync().TalkAsync();
        Assert.Equal(["C UPDATE 1", "C UPDATE 0", "C UPDATE 1"], reply.Where(m => m.Type == 'C').Select(m => m.ToString()));
        Assert.Contains("\"name\":\"3\"", await _model.PropertiesAsync("Pump", "a"));
    }

    [Fact]
    public async Task DELETE_deletes_rows_of_the_table_alone()
    {
        await AddPumpAsync("a", "A", 1);
        await _model.AddNodesAsync("bare");
        Assert.Equal(["C DELETE 1"], await RunAsync($"DELETE FROM {Pumps} WHERE space = '{Space}' AND external_id = ANY('{{a,none,bare}}')"));
        Assert.Null(await _model.FindAsync("Pump", "a"));
        Assert.NotNull(await _model.FindAsync("Pump", "bare"));
        Assert.Equal(["C DELETE 0"], await RunAsync($"DELETE FROM {Pumps} WHERE space = '{Space}' AND external_id = 'a'"));
    }

    [Fact]
    public async Task Edges_need_their_ends_and_keep_them()
    {
        await _model.AddNodesAsync("n1", "n2", "T");
        var columns = "space, external_id, type, start_node, end_node";
        Assert.Equal(
            ["C INSERT 0 1"],
            await RunAsync($"INSERT INTO {Pipes} ({columns}, length, label) VALUES ('{Space}', 'e', '{Space}:T', '{Space}:n1', '{Space}:n2', 2.5, 'x')"));
        Assert.Equal(["C UPDATE 1"], await RunAsync($"UPDATE {Pipes} SET length = 3, end_node = '{Space}:n1' WHERE space = '{Space}' AND external_id = 'e'"));
        Assert.Equal(
            ["C INSERT 0 1"],
            await RunAsync(
                $"INSERT INTO {Pipes} ({columns}, length, label) VALUES ('{Space}', 'e', '{Space}:n1', '{Space}:n2', '{Space}:n2', 9, 'y')"
                + " ON CONFLICT (space, external_id) DO UPDATE SET label = excluded.label"));
        var edge = (await _model.FindAsync("Pipe", "e", "edge"))!;
        Assert.Equal(("T", "n1", "n1"), (IdOf(edge["type"]), IdOf(edge["startNode"]), IdOf(edge["endNode"])));
        Assert.Equal("""{"length":3,"label":"y"}""", await _model.PropertiesAsync("Pipe", "e", "edge"));

        var reply = await _client.Query($"SELECT start_node ->> 'externalId', length FROM {Pipes} WHERE space = '{Space}' AND external_id = 'e'").TalkAsync();
        Assert.Equal(["n1", "3"], reply.Single(m => m.Type == 'D').Values);
        Assert.Equal(["C DELETE 1"], await RunAsync($"DELETE FROM {Pipes} WHERE space = '{Space}' AND external_id = 'e'"));
        Assert.Null(await _model.FindAsync("Pipe", "e", "edge"));
    }

    [Fact]
    public async Task Nodes_that_an_edge_lacks_are_23503_unless_they_are_to_be_made()
    {
        await _model.AddNodesAsync("n1");
        var sql = $"INSERT INTO {Pipes} (space, external_id, type, start_node, end_node) VALUES ('{Space}', 'e', '{Space}:T', '{Space}:n1', '{Space}:n2')";
        var error = await FailAsync(sql);
        Assert.Equal("23503", error.Field('C'));
        Assert.Contains("n2", error.Field('M'));
        Assert.Contains("sluice.create_missing", error.Field('H'));
        await RunAsync("SET sluice.create_missing = on");
        Assert.Equal(["C INSERT 0 1"], await RunAsync(sql));
        Assert.NotNull(await _model.FindAsync("Pipe", "n2"));
    }

    [Fact]
    public async Task RETURNING_has_the_rows_as_CDF_has_them_then()
    {
        await AddPumpAsync("a", "A", 1);
        var returning = "RETURNING external_id, name, state, power, created_time <= last_updated_time";
        Assert.Equal(
            [["a", "A", "new", "5", "t"], ["b", "B", "new", "6", "t"]],
            await RowsAsync(
                $"INSERT INTO {Pumps} (space, external_id, name, power) VALUES ('{Space}', 'a', 'A', 5), ('{Space}', 'b', 'B', 6) {returning}"));
        Assert.Equal(
            [["b", "B", "new", null, "t"]],
            await RowsAsync($"UPDATE {Pumps} SET power = NULL WHERE space = '{Space}' AND external_id IN ('b', 'none') {returning}"));
        Assert.Equal(
            [["a", "A", "new", "5", "t"]],
            await RowsAsync($"DELETE FROM {Pumps} WHERE space = '{Space}' AND external_id IN ('a', 'none') {returning}"));
        Assert.Equal(
            [["c", "C", "new", null, "t"]],
            await RowsAsync($"INSERT INTO {Pumps} (space, external_id, name) VALUES ('{Space}', 'b', 'B'), ('{Space}', 'c', 'C') ON CONFLICT DO NOTHING {returning}"));
    }

    [Fact]
    public async Task Staged_rows_update_and_delete_by_key()
    {
        await RunAsync($"CREATE TEMP TABLE staged AS SELECT '{Space}' AS sp, 'p' || n AS key, n FROM generate_series(1, 1500) n");
        Assert.Equal(["C INSERT 0 1500"], await RunAsync($"INSERT INTO {Pumps} (space, external_id, name) SELECT sp, key, 'old' FROM staged"));
        Assert.Equal(
            ["C UPDATE 1499"],
            await RunAsync(
                $"UPDATE {Pumps} p SET name = p.name || n, power = n FROM staged s WHERE p.space = s.sp AND p.external_id = s.key AND s.n > 1"));
        Assert.Equal("""{"name":"old1500","state":"new","power":1500}""", await _model.PropertiesAsync("Pump", "p1500"));
        Assert.Equal(
            ["C DELETE 1000"],
            await RunAsync($"DELETE FROM {Pumps} p USING staged s WHERE p.space = s.sp AND p.external_id = s.key AND s.n <= 1000"));
        Assert.Null(await _model.FindAsync("Pump", "p1000"));
        Assert.NotNull(await _model.FindAsync("Pump", "p1001"));
    }

    [Fact]
    public async Task A_transaction_stores_at_COMMIT_nodes_before_edges_and_its_counts_are_true()
    {
        await AddPumpAsync("old", "before", 1);
        Assert.Equal(["C BEGIN"], await RunAsync("BEGIN"));
        Assert.Equal(
            ["C INSERT 0 1"],
            await RunAsync(
                $"INSERT INTO {Pipes} (space, external_id, type, start_node, end_node) VALUES ('{Space}', 'e', '{Space}:old', '{Space}:old', '{Space}:new')"));
        Assert.Equal(
            ["C INSERT 0 1"],
            await RunAsync($"INSERT INTO {Pumps} (space, external_id, name) VALUES ('{Space}', 'old', 'x'), ('{Space}', 'new', 'made') ON CONFLICT DO NOTHING"));
        Assert.Equal(["C UPDATE 1"], await RunAsync($"UPDATE {Pumps} SET power = 2 WHERE space = '{Space}' AND external_id IN ('old', 'none')"));
        Assert.Equal(["C INSERT 0 1"], await RunAsync($"INSERT INTO {Pumps} (space, external_id, name) VALUES ('{Space}', 'new', 'again')"));
        Assert.Null(await _model.FindAsync("Pump", "new"));
        Assert.Equal(["C COMMIT"], await RunAsync("COMMIT"));
        Assert.Equal("""{"name":"before","state":"new","power":2}""", await _model.PropertiesAsync("Pump", "old"));
        Assert.Equal("""{"name":"again","state":"new"}""", await _model.PropertiesAsync("Pump", "new"));
        Assert.NotNull(await _model.FindAsync("Pipe", "e", "edge"));
    }

    [Fact]
    public async Task Rows_that_CDF_refuses_can_be_set_aside()
    {
        await RunAsync("SET sluice.on_error = skip");
        var reply = await _client.Query($"COPY {Pumps} (space, external_id, name) FROM STDIN csv")
            .CopyData($"{Space},a,A\nno-such-space,b,B\n{Space},c,{new string('x', 21)}\n{Space},d,D\n").CopyDone().TalkAsync();
        Assert.Equal("C COPY 2", reply.Last(m => m.Type == 'C').ToString());
        Assert.NotNull(await _model.FindAsync("Pump", "a"));
        Assert.NotNull(await _model.FindAsync("Pump", "d"));
        Assert.Null(await _model.FindAsync("Pump", "c"));
    }

    private static string? IdOf(JsonNode? reference) => (string?)reference!["externalId"];

    private Task<IEnumerable<string>> AddPumpAsync(string key, string name, int power) =>
        RunAsync($"INSERT INTO {Pumps} (space, external_id, name, power) VALUES ('{Space}', '{key}', '{name}', {power})");

    private async Task<IEnumerable<string>> RunAsync(string sql)
    {
        var reply = await _client.Query(sql).TalkAsync();
        return [.. reply.Where(m => m.Type is 'C' or 'E').Select(m => m.ToString())];
    }

    private async Task<WireMessage> FailAsync(string sql) => (await _client.Query(sql).TalkAsync()).Single(m => m.Type == 'E');

    private async Task<IReadOnlyList<IReadOnlyList<string?>>> RowsAsync(string sql)
    {
        var reply = await _client.Query(sql).TalkAsync();
        Assert.DoesNotContain(reply, m => m.Type == 'E');
        return [.. reply.Where(m => m.Type == 'D').Select(m => m.Values)];
    }
}
