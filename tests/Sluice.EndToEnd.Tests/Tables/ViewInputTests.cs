using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>What cannot be stored through a view, and views over which there can be no table.</summary>
public sealed class ViewInputTests(GatewayServer server) : IAsyncLifetime
{
    private ViewModel _model = null!;

    public async ValueTask InitializeAsync() => _model = await ViewModel.CreateAsync(server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("THINGS", "int32_one", "2147483648", "22003")]
    [InlineData("THINGS", "int32_list", "{1,-2147483649}", "22003")]
    [InlineData("THINGS", "int64_one", "x", "22P02")]
    [InlineData("THINGS", "int64_one", "9223372036854775808", "22003")]
    [InlineData("THINGS", "boolean_one", "maybe", "22P02")]
    [InlineData("THINGS", "float32_one", "1e39", "22003")]
    [InlineData("THINGS", "float64_one", "NaN", "22003")]
    [InlineData("THINGS", "float64_list", "{1,Infinity}", "22003")]
    [InlineData("THINGS", "text_list", "{a,NULL}", "22023")]
    [InlineData("THINGS", "text_list", "{}", "22023")]
    [InlineData("THINGS", "text_list", "a", "22P02")]
    [InlineData("THINGS", "timestamp_one", "infinity", "22008")]
    [InlineData("THINGS", "timestamp_one", "10000-01-01", "22008")]
    [InlineData("THINGS", "date_one", "2024-02-30", "22008")]
    [InlineData("THINGS", "date_list", "{\"0044-03-15 BC\"}", "22008")]
    [InlineData("THINGS", "json_one", "{", "22P02")]
    [InlineData("THINGS", "direct_one", "nospace", "22P02")]
    [InlineData("THINGS", "direct_one", ":x", "22P02")]
    [InlineData("THINGS", "direct_one", "{\"space\":\"s\"}", "22P02")]
    [InlineData("THINGS", "direct_one", "{\"space\":\"s\",\"externalId\":\"x\",\"more\":1}", "22P02")]
    [InlineData("THINGS", "direct_one", "1234567890123456789012345678901234567890ABCD:x", "22001")]
    [InlineData("THINGS", "direct_one", "nowhere:x", "23503")]
    [InlineData("THINGS", "timeseries_one", "", "22023")]
    [InlineData("THINGS", "enum_one", "blue", "22023")]
    [InlineData("THINGS", "created_time", "2024-01-01", "428C9")]
    [InlineData("THINGS", "nothing", "x", "42703")]
    [InlineData("PUMPS", "power", "1", "23502")]
    [InlineData("PUMPS", "name", null, "23502")]
    [InlineData("PUMPS", "name", "123456789012345678901", "22001")]
    [InlineData("PIPES", "length", "1", "23502")]
    public async Task Is_refused_and_nothing_is_stored(string table, string column, string? value, string sqlState)
    {
        await using var client = await server.ConnectAsync();
        var name = table switch { "THINGS" => _model.Things, "PUMPS" => _model.Pumps, _ => _model.Pipes };
        var literal = value is null ? "NULL" : $"'{value}'";
        var reply = await client.Query($"INSERT INTO {name} (space, external_id, {column}) VALUES ('{_model.Space}', 'x', {literal})").TalkAsync();
        var error = Assert.Single(reply, m => m.Type == 'E');
        Assert.Equal(sqlState, error.Field('C'));
        Assert.Null(await _model.FindAsync("Thing", "x"));
    }

    [Fact]
    public async Task What_is_longer_than_CDF_takes_is_22001()
    {
        await using var client = await server.ConnectAsync();
        (string Column, string Value)[] tooLong =
        [
            ("text_one", new string('x', 128_001)),
            ("json_one", $"\"{new string('x', 40_959)}\""),
            ("text_list", $"{{{string.Join(',', Enumerable.Repeat("a", 1_001))}}}"),
            ("direct_list", $"{{{string.Join(',', Enumerable.Repeat("s:a", 101))}}}"),
            ("file_one", new string('x', 256)),
            ("direct_one", $"s:{new string('x', 257)}"),
        ];
        foreach (var (column, value) in tooLong)
        {
            var reply = await client.Query($"INSERT INTO {_model.Things} (space, external_id, {column}) VALUES ('{_model.Space}', 'x', '{value}')").TalkAsync();
            Assert.Equal("22001", Assert.Single(reply, m => m.Type == 'E').Field('C'));
        }

        Assert.Null(await _model.FindAsync("Thing", "x"));
    }

    [Theory]
    [InlineData("serial = 'x'", "0A000")]
    [InlineData("name = NULL", "23502")]
    [InlineData("space = 'x'", "0A000")]
    [InlineData("external_id = 'y'", "0A000")]
    [InlineData("type = NULL", "23502")]
    [InlineData("last_updated_time = '2024-01-01'", "428C9")]
    public async Task Cannot_be_set_by_UPDATE(string assignment, string sqlState)
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"INSERT INTO {_model.Pumps} (space, external_id, name, serial) VALUES ('{_model.Space}', 'x', 'n', 's')").TalkAsync();
        var reply = await client.Query($"UPDATE {_model.Pumps} SET {assignment} WHERE space = '{_model.Space}' AND external_id = 'x'").TalkAsync();
        Assert.Equal(sqlState, Assert.Single(reply, m => m.Type == 'E').Field('C'));
        Assert.Equal("""{"name":"n","serial":"s","state":"new"}""", await _model.PropertiesAsync("Pump", "x"));
    }

    [Fact]
    public async Task An_immutable_property_that_exists_otherwise_is_0A000()
    {
        await using var client = await server.ConnectAsync();
        var sql = $"INSERT INTO {_model.Pumps} (space, external_id, name, serial) VALUES ('{_model.Space}', 'x', 'n', ";
        await client.Query($"{sql}'s')").TalkAsync();
        Assert.Equal("0A000", (await client.Query($"{sql}'other')").TalkAsync()).Single(m => m.Type == 'E').Field('C'));
    }

    [Theory]
    [InlineData("space = 'x'")]
    [InlineData("external_id = 'x'")]
    public async Task Rows_are_found_by_both_parts_of_their_key(string condition)
    {
        await using var client = await server.ConnectAsync();
        foreach (var sql in new[] { $"DELETE FROM {_model.Pumps} WHERE {condition}", $"SELECT * FROM {_model.Pumps} WHERE {condition}" })
        {
            Assert.Equal("0A000", (await client.Query(sql).TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        }
    }

    [Fact]
    public async Task A_view_that_lacks_what_its_container_requires_can_only_be_read()
    {
        await server.Cdf.PostAsync("models/views", View("Part", "power"));
        await _model.AddTableAsync(server.User, $"part_{_model.Space}", "Part");
        await using var client = await server.ConnectAsync();
        await client.Query($"INSERT INTO {_model.Pumps} (space, external_id, name, power) VALUES ('{_model.Space}', 'x', 'n', 4)").TalkAsync();
        var key = $"space = '{_model.Space}' AND external_id = 'x'";
        Assert.Equal(["4"], (await client.Query($"SELECT power FROM part_{_model.Space} WHERE {key}").TalkAsync()).Single(m => m.Type == 'D').Values);
        Assert.Equal("55000", (await client.Query($"DELETE FROM part_{_model.Space} WHERE {key}").TalkAsync()).Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task Tables_are_answered_as_views_and_listed_by_what_they_hold()
    {
        var created = await _model.AddTableAsync(server.User, $"again_{_model.Space}", "Pipe", version: null);
        Assert.Equal("view", (string?)created["type"]);
        Assert.Equal($$"""{"space":"{{_model.Space}}","externalId":"Pipe","version":"v1"}""", created["options"]!.ToJsonString());
        Assert.Equal(
            """{"space":{"type":"VARCHAR"},"external_id":{"type":"VARCHAR"},"type":{"type":"JSON"},"start_node":{"type":"JSON"},"end_node":{"type":"JSON"},"created_time":{"type":"TIMESTAMPTZ"},"last_updated_time":{"type":"TIMESTAMPTZ"},"length":{"type":"DOUBLE PRECISION"},"label":{"type":"TEXT"}}""",
            created["columns"]!.ToJsonString());
        Assert.Equal(created.ToJsonString(), (await _model.AddTableAsync(server.User, $"again_{_model.Space}", "Pipe", version: null)).ToJsonString());
        var listed = (await server.Cdf.TablesAsync(server.User)).ToDictionary(table => (string)table!["tablename"]!, table => (string?)table!["type"]);
        Assert.Equal(("edges", "nodes"), (listed[$"again_{_model.Space}"], listed[_model.Pumps]));
    }

    [Fact]
    public async Task A_view_for_all_instances_has_nodes_unless_edges_are_asked_for()
    {
        await _model.AddAsync("Any", "all", [ViewModel.Property("a", """{"type":"text"}""")]);
        var nodes = await _model.AddTableAsync(server.User, $"anyn_{_model.Space}", "Any");
        var edges = await _model.AddTableAsync(server.User, $"anye_{_model.Space}", "Any", instanceType: "edge");
        Assert.Null(nodes["columns"]!["start_node"]);
        Assert.NotNull(edges["columns"]!["start_node"]);
    }

    [Theory]
    [InlineData("None", null, "there is no view \"None\" in space")]
    [InlineData("Pump", "v9", "there is no view \"Pump\", version \"v9\", in space")]
    public async Task An_unknown_view_is_400(string view, string? version, string words)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _model.AddTableAsync(server.User, "t", view, version));
        Assert.Contains("answered 400", error.Message, StringComparison.Ordinal);
        Assert.Contains(JsonValue.Create(words)!.ToJsonString()[1..^1], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_of_nodes_is_no_table_of_edges()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _model.AddTableAsync(server.User, "t", "Pump", instanceType: "edge"));
        Assert.Contains("answered 400", error.Message, StringComparison.Ordinal);
        Assert.Contains("is for nodes, not for edges", error.Message, StringComparison.Ordinal);
    }

    private JsonObject View(string name, string property) => new()
    {
        ["items"] = new JsonArray(JsonNode.Parse(
            $$$$"""
            {"space":"{{{{_model.Space}}}}","externalId":"{{{{name}}}}","version":"v1","properties":{"{{{{property}}}}":{
             "container":{"type":"container","space":"{{{{_model.Space}}}}","externalId":"Pump"},"containerPropertyIdentifier":"{{{{property}}}}"}}}
            """)),
    };
}
