using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>Changes of rows that CDF knows by natural keys only: RAW rows, data points, rows of sequences, RAW tables.</summary>
public sealed class NaturalKeyTests(GatewayServer server)
{
    private readonly string _name = $"n{Guid.NewGuid():N}"[..20];

    [Fact]
    public async Task UPDATE_of_a_RAW_table_changes_only_the_columns_that_it_names()
    {
        await CreateMoviesAsync();
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into {_name} (title, year, rating) values ('Alien', 1979, 8.5), ('Aliens', 1986, 8.4)").TalkAsync();
        await server.Cdf.PostAsync($"raw/dbs/{_name}/tables/movies/rows", new { items = new[] { new { key = "Alien", columns = new { title = "Alien", year = 1979, rating = 8.5, other = "kept" } } } });

        var reply = await client.Query($"update {_name} set rating = 9 where title in ('Alien', 'nothing')").TalkAsync();
        Assert.Equal("C UPDATE 1", reply[0].ToString());
        var columns = (await server.Cdf.GetAsync($"raw/dbs/{_name}/tables/movies/rows/Alien"))["columns"]!;
        Assert.Equal("""{"title":"Alien","year":1979,"other":"kept","rating":9}""", columns.ToJsonString());

        reply = await client.Query($"delete from {_name} where title = any('{{Alien,nothing}}') returning year, rating").TalkAsync();
        Assert.Equal(["1979", "9"], reply.Single(m => m.Type == 'D').Values);
        Assert.Equal("C DELETE 1", reply.Single(m => m.Type == 'C').ToString());
    }

    [Fact]
    public async Task ON_CONFLICT_of_a_RAW_table_merges_or_leaves()
    {
        await CreateMoviesAsync();
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into {_name} (title, year, rating) values ('Alien', 1979, 8.5)").TalkAsync();
        var reply = await client.Query($"insert into {_name} (title, year, rating) values ('Alien', 1, 1), ('Aliens', 1986, 8.4) on conflict (title) do update set rating = excluded.rating").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply[0].ToString());
        Assert.Equal("""{"title":"Alien","year":1979,"rating":1}""", (await server.Cdf.GetAsync($"raw/dbs/{_name}/tables/movies/rows/Alien"))["columns"]!.ToJsonString());
        reply = await client.Query($"insert into {_name} (title, year) values ('Alien', 2), ('Cube', 1997), ('Cube', 1998) on conflict do nothing returning title").TalkAsync();
        Assert.Equal("Cube", reply.Single(m => m.Type == 'D').Values[0]);
        Assert.Equal("C INSERT 0 1", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal(1997, (int)(await server.Cdf.GetAsync($"raw/dbs/{_name}/tables/movies/rows/Cube"))["columns"]!["year"]!);
    }

    [Theory]
    [InlineData("truncate {0}", "C TRUNCATE TABLE")]
    [InlineData("delete from {0}", "C DELETE 2")]
    public async Task A_RAW_table_can_be_emptied(string sql, string tag)
    {
        await CreateMoviesAsync();
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into {_name} (title) values ('a'), ('b')").TalkAsync();
        Assert.Equal(tag, (await client.Query(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, _name)).TalkAsync())[0].ToString());
        Assert.Empty((await server.Cdf.GetAsync($"raw/dbs/{_name}/tables/movies/rows"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Other_tables_are_emptied_only_if_the_session_says_so()
    {
        await using var client = await server.ConnectAsync();
        var error = (await client.Query("delete from labels").TalkAsync()).Single(m => m.Type == 'E');
        Assert.Equal("0A000", error.Field('C'));
        Assert.Contains("sluice.allow_full_delete", error.Field('H'));
        Assert.Equal("0A000", (await client.Query("truncate assets, events").TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("55000", (await client.Query("truncate units").TalkAsync()).Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task raw_rows_and_raw_tables_are_changed_by_their_keys()
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{_name}', 't', 'k', '{{\"a\":1,\"b\":2}}')").TalkAsync();
        var where = $"_raw_database = '{_name}' and _raw_table = 't'";
        Assert.Equal("C UPDATE 1", (await client.Query($"update raw_rows set _raw_columns = '{{\"a\":3}}' where {where} and _raw_key in ('k', 'l')").TalkAsync())[0].ToString());
        Assert.Equal("""{"a":3}""", (await server.Cdf.GetAsync($"raw/dbs/{_name}/tables/t/rows/k"))["columns"]!.ToJsonString());
        Assert.Equal("C DELETE 1", (await client.Query($"delete from raw_rows where {where} and _raw_key = 'k'").TalkAsync())[0].ToString());
        Assert.Equal("C DELETE 1", (await client.Query($"delete from raw_tables where {where}").TalkAsync())[0].ToString());
        Assert.Equal("C DELETE 0", (await client.Query($"delete from raw_tables where {where}").TalkAsync())[0].ToString());
    }

    [Fact]
    public async Task UPDATE_of_a_data_point_makes_no_new_one()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01Z', 1), ('{_name}', '2024-01-02Z', 2)").TalkAsync();
        var reply = await client.Query($"update double_datapoints set value = 5 where external_id = '{_name}' and timestamp in ('2024-01-01Z', '2024-01-03Z')").TalkAsync();
        Assert.Equal("C UPDATE 1", reply[0].ToString());
        reply = await client.Query(
            $"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-02Z', 9), ('{_name}', '2024-01-04Z', 4) on conflict do nothing").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply[0].ToString());
        reply = await client.Query(
            $"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-02Z', 7) on conflict (timestamp, external_id) do update set value = excluded.value returning value").TalkAsync();
        Assert.Equal("7", reply.Single(m => m.Type == 'D').Values[0]);
        Assert.Equal([5, 7, 4], (await server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task Times_of_keys_are_read_in_the_time_zone_of_the_session()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01 11:00Z', 1), ('{_name}', '2024-01-01 12:00Z', 2)").TalkAsync();
        await client.Query("set timezone = 'Europe/Oslo'").TalkAsync();
        var reply = await client.Query($"update double_datapoints set value = 0 where external_id in ('{_name}', 'nothing') and timestamp = '2024-01-01 12:00'").TalkAsync();
        Assert.Equal("C UPDATE 1", reply[0].ToString());
        Assert.Equal([0, 2], (await server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task A_time_is_read_in_the_time_zone_of_the_execution_not_of_Parse()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01 11:00Z', 1), ('{_name}', '2024-01-01 12:00Z', 2)").TalkAsync();
        await client.Parse("d", "delete from double_datapoints where external_id = $1 and timestamp >= $2").Sync().TalkAsync();
        await client.Query("set timezone = 'Europe/Oslo'").TalkAsync();
        var reply = await client.Bind("", "d", _name, "2024-01-01 12:30").Execute("").Sync().TalkAsync();
        Assert.Equal("C DELETE 1", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal([1], (await server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task A_point_that_two_statements_of_a_pipeline_delete_is_counted_once()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01Z', 1), ('{_name}', '2024-01-02Z', 2)").TalkAsync();
        client.Parse("d", "delete from double_datapoints where external_id = $1 and timestamp <= $2");
        var reply = await client.Bind("", "d", _name, "2024-01-01Z").Execute("").Bind("", "d", _name, "2024-01-02Z").Execute("").Bind("", "d", _name, "2024-01-02Z").Execute("")
            .Sync().TalkAsync();
        Assert.Equal(["C DELETE 1", "C DELETE 1", "C DELETE 0"], reply.Where(m => m.Type == 'C').Select(m => m.ToString()));
        Assert.Empty(await server.Cdf.PointsAsync(_name));
    }

    [Theory]
    [InlineData("timestamp >= '2024-01-02Z' and timestamp < '2024-01-04Z'", "C DELETE 2", new[] { 1, 4, 5 })]
    [InlineData("timestamp between '2024-01-02Z' and '2024-01-04Z'", "C DELETE 3", new[] { 1, 5 })]
    [InlineData("timestamp > '2024-01-02Z'", "C DELETE 3", new[] { 1, 2 })]
    [InlineData("timestamp <= '2024-01-02 00:00:00.0005Z'", "C DELETE 2", new[] { 3, 4, 5 })]
    [InlineData("timestamp = '2024-01-02Z'", "C DELETE 1", new[] { 1, 3, 4, 5 })]
    [InlineData("timestamp = '2024-01-02 00:00:00.0005Z'", "C DELETE 0", new[] { 1, 2, 3, 4, 5 })]
    [InlineData("timestamp > 'infinity'", "C DELETE 0", new[] { 1, 2, 3, 4, 5 })]
    [InlineData("timestamp > '-infinity'", "C DELETE 5", new int[0])]
    [InlineData("timestamp = null", "C DELETE 0", new[] { 1, 2, 3, 4, 5 })]
    public async Task A_stretch_of_data_points_is_deleted_and_counted(string condition, string tag, int[] left)
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var client = await server.ConnectAsync();
        var rows = string.Join(',', Enumerable.Range(1, 5).Select(day => $"('{_name}', '2024-01-0{day}Z', {day})"));
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values {rows}").TalkAsync();
        Assert.Equal(tag, (await client.Query($"delete from double_datapoints where external_id = '{_name}' and {condition}").TalkAsync())[0].ToString());
        Assert.Equal(left.Select(day => (double)day), (await server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task All_points_of_series_are_deleted_by_name_and_each_statement_has_its_count()
    {
        await server.Cdf.CreateSeriesAsync($"{_name}-1", isString: true);
        await server.Cdf.CreateSeriesAsync($"{_name}-2", isString: true);
        await using var client = await server.ConnectAsync();
        await client.Query(
            $"insert into string_datapoints (external_id, timestamp, value) values ('{_name}-1', '2024-01-01Z', 'a'), ('{_name}-1', '2024-01-02Z', 'b'), ('{_name}-2', '2024-01-01Z', 'c')").TalkAsync();
        var reply = await client.Parse("d", "delete from string_datapoints where external_id = $1").Bind("", "d", $"{_name}-1").Execute("")
            .Bind("", "d", "nobody").Execute("").Bind("", "d", $"{_name}-2").Execute("").Sync().TalkAsync();
        Assert.Equal(["C DELETE 2", "C DELETE 0", "C DELETE 1"], reply.Where(m => m.Type == 'C').Select(m => m.ToString()));
    }

    [Fact]
    public async Task Rows_of_a_sequence_are_deleted_by_number()
    {
        await server.Cdf.PostAsync("sequences", new { items = new[] { new { externalId = _name, columns = new[] { new { externalId = "c", valueType = "LONG" } } } } });
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into sequence_rows (external_id, row_number, columns, values) values ('{_name}', 1, '{{c}}', '[1]'), ('{_name}', 2, '{{c}}', '[2]')").TalkAsync();
        var reply = await client.Query($"delete from sequence_rows where external_id = '{_name}' and row_number in (2, 3) returning row_number, values").TalkAsync();
        Assert.Null(reply.FirstOrDefault(m => m.Type == 'E')?.Field('M'));
        Assert.Equal(["2", "[2]"], reply.Single(m => m.Type == 'D').Values);
        var left = await server.Cdf.PostAsync("sequences/data/list", new { externalId = _name });
        Assert.Equal(1, (int)Assert.Single(left["rows"]!.AsArray())!["rowNumber"]!);
    }

    [Fact]
    public async Task Rows_of_a_sequence_are_changed_by_number_and_none_is_made()
    {
        var columns = new[] { new { externalId = "a", valueType = "LONG" }, new { externalId = "b", valueType = "STRING" } };
        await server.Cdf.PostAsync("sequences", new { items = new[] { new { externalId = _name, columns } } });
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into sequence_rows (external_id, row_number, columns, values) values ('{_name}', 1, '{{a,b}}', '[1, \"x\"]'), ('{_name}', 2, '{{a}}', '[2]')").TalkAsync();
        var reply = await client.Query($"update sequence_rows set values = '[7, \"y\"]' where external_id = '{_name}' and row_number in (2, 3) returning row_number, values ->> 1").TalkAsync();
        Assert.Null(reply.FirstOrDefault(m => m.Type == 'E')?.Field('M'));
        Assert.Equal(["2", "y"], reply.Single(m => m.Type == 'D').Values);
        Assert.Equal("C UPDATE 1", reply.Single(m => m.Type == 'C').ToString());
        var rows = (await server.Cdf.PostAsync("sequences/data/list", new { externalId = _name }))["rows"]!.AsArray();
        Assert.Equal(["[1,\"x\"]", "[7,\"y\"]"], rows.Select(row => row!["values"]!.ToJsonString()));
        Assert.Equal("0A000", (await client.Query($"insert into sequence_rows (external_id, row_number, columns, values) values ('{_name}', 1, '{{a}}', '[9]') on conflict do nothing").TalkAsync())
            .Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task Keys_that_read_alike_when_joined_are_two()
    {
        await using var client = await server.ConnectAsync();
        await client.Query(
            $"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{_name}', 't1', '1', '{{\"a\":1}}'), ('{_name}', 't', '11', '{{\"a\":1}}')").TalkAsync();
        foreach (var (table, key) in new[] { ("t1", "1"), ("t", "11") })
        {
            Assert.Equal("C UPDATE 1", (await client.Query(
                $"update raw_rows set _raw_columns = ('{{\"a\":' || 1 + 1 || '}}')::json where _raw_database = '{_name}' and _raw_table = '{table}' and _raw_key = '{key}'").TalkAsync())[0].ToString());
        }

        var both = await client.Query(
            $"update raw_rows set _raw_columns = ('{{\"a\":' || 2 + 1 || '}}')::json where _raw_database = '{_name}' and _raw_table in ('t1', 't') and _raw_key in ('1', '11')").TalkAsync();
        Assert.Equal("C UPDATE 2", both[0].ToString());
        Assert.Equal(3, (int)(await server.Cdf.GetAsync($"raw/dbs/{_name}/tables/t/rows/11"))["columns"]!["a"]!);
    }

    [Fact]
    public async Task RETURNING_of_nothing_is_nothing()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query($"update raw_rows set _raw_columns = '{{}}' where _raw_database = '{_name}' and _raw_table = 't' and _raw_key = null returning *").TalkAsync();
        Assert.Equal(["T", "C", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal("C UPDATE 0", reply[1].ToString());
    }

    private Task CreateMoviesAsync() => server.Cdf.CreateRawTableAsync(
        server.User, _name, _name, "movies", "title", new JsonObject { ["title"] = Column("TEXT"), ["year"] = Column("BIGINT"), ["rating"] = Column("DOUBLE PRECISION") });

    private static JsonObject Column(string type) => new() { ["type"] = type };
}
