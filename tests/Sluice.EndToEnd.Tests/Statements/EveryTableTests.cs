using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>Every verb on every table whose rows CDF creates: upsert both ways, UPDATE and DELETE by each key, RETURNING, against what CDF then holds.</summary>
public sealed class EveryTableTests(GatewayServer server)
{
    private readonly string _name = $"every-{Guid.NewGuid():N}";

    /// <summary>Table, resource, columns that a row must have with their values, a column to change with two values, CDF's field.</summary>
    public static TheoryData<string, string, string, string, string, string, string> Tables => new()
    {
        { "assets", "assets", "name", "'n'", "description", "'one'|'two'", "description" },
        { "events", "events", "type", "'t'", "subtype", "'one'|'two'", "subtype" },
        { "time_series", "timeseries", "name", "'n'", "unit", "'one'|'two'", "unit" },
        { "files", "files", "name", "'n'", "source", "'one'|'two'", "source" },
        { "relationships", "relationships", "source_external_id, source_type, target_external_id, target_type", "'a', 'asset', 'b', 'event'", "confidence", "0.25|0.75", "confidence" },
        { "sequences", "sequences", "columns", "'[{\"externalId\":\"c\"}]'", "description", "'one'|'two'", "description" },
        { "extraction_pipelines", "extpipes", "name, data_set_id", "'n', {dataset}", "description", "'one'|'two'", "description" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_row_is_created_upserted_changed_and_deleted(
        string table, string resource, string columns, string values, string column, string pair, string field)
    {
        values = values.Replace("{dataset}", await DataSetAsync(), StringComparison.Ordinal);
        var (one, two) = (pair.Split('|')[0], pair.Split('|')[1]);
        await using var client = await server.ConnectAsync();
        async Task<WireMessage> RunAsync(string sql) => (await client.Query(sql).TalkAsync()).First(m => m.Type is 'C' or 'E');
        async Task<string?> StoredAsync(int n) => (await server.Cdf.ByExternalIdsAsync(resource, $"{_name}-{n}")) is [var item] ? item![field]?.ToString() ?? "null" : null;
        string Row(int n, string value) => $"('{_name}-{n}', {values}, {value})";
        var insert = $"insert into {table} (external_id, {columns}, {column}) values ";

        Assert.Equal("C INSERT 0 2", (await RunAsync($"{insert}{Row(1, one)}, {Row(2, one)}")).ToString());
        Assert.Equal("23505", (await RunAsync($"{insert}{Row(1, two)}")).Field('C'));
        Assert.Equal("C INSERT 0 1", (await RunAsync($"{insert}{Row(1, two)}, {Row(3, two)} on conflict (external_id) do nothing")).ToString());
        Assert.Equal((Plain(one), Plain(two)), (await StoredAsync(1), await StoredAsync(3)));

        Assert.Equal("C INSERT 0 2", (await RunAsync($"{insert}{Row(1, two)}, {Row(4, two)} on conflict (external_id) do update set {column} = excluded.{column}")).ToString());
        Assert.Equal((Plain(two), Plain(one), Plain(two)), (await StoredAsync(1), await StoredAsync(2), await StoredAsync(4)));

        Assert.Equal("C UPDATE 2", (await RunAsync($"update {table} set {column} = {one} where external_id in ('{_name}-1', '{_name}-4', 'nobody')")).ToString());
        Assert.Equal((Plain(one), Plain(one)), (await StoredAsync(1), await StoredAsync(4)));
        Assert.Equal("C UPDATE 1", (await RunAsync($"update {table} set {column} = null where external_id = '{_name}-1'")).ToString());
        Assert.Equal("null", await StoredAsync(1));
        Assert.Equal("C UPDATE 1", (await RunAsync($"update {table} set {column} = (select {two}) where external_id = '{_name}-1'")).ToString());
        Assert.Equal(Plain(two), await StoredAsync(1));

        var returned = await client.Query($"delete from {table} where external_id in ('{_name}-1', '{_name}-2', 'nobody') returning external_id, {column}").TalkAsync();
        Assert.Equal([$"{_name}-1 {Plain(two)}", $"{_name}-2 {Plain(one)}"], returned.Where(m => m.Type == 'D').Select(m => string.Join(' ', m.Values)).Order(StringComparer.Ordinal));
        Assert.Equal("C DELETE 2", returned.Single(m => m.Type == 'C').ToString());
        Assert.Null(await StoredAsync(1));
        Assert.Equal("C DELETE 0", (await RunAsync($"delete from {table} where external_id = '{_name}-1'")).ToString());
    }

    [Theory]
    [InlineData("assets", "assets", "name", "'n'", "source", "'one'")]
    [InlineData("events", "events", "type", "'t'", "subtype", "'one'")]
    [InlineData("time_series", "timeseries", "name", "'n'", "unit", "'one'")]
    [InlineData("files", "files", "name", "'n'", "source", "'one'")]
    [InlineData("sequences", "sequences", "columns", "'[{\"externalId\":\"c\"}]'", "description", "'one'")]
    public async Task A_row_is_found_by_the_id_that_CDF_gave_it(string table, string resource, string columns, string values, string column, string value)
    {
        await using var client = await server.ConnectAsync();
        var created = await client.Query($"insert into {table} (external_id, {columns}) values ('{_name}', {values}) returning id, external_id, {column}").TalkAsync();
        var row = created.Single(m => m.Type == 'D').Values;
        Assert.Equal((_name, null), (row[1], row[2]));
        var updated = await client.Query($"update {table} set {column} = {value} where id = {row[0]} returning {column}, last_updated_time >= created_time").TalkAsync();
        Assert.Equal([Plain(value), "t"], updated.Single(m => m.Type == 'D').Values);
        Assert.Equal("C DELETE 1", (await client.Query($"delete from {table} where id = any('{{{row[0]}, 1}}')").TalkAsync())[0].ToString());
        Assert.Empty(await server.Cdf.ByExternalIdsAsync(resource, _name));
    }

    [Fact]
    public async Task Labels_are_created_kept_and_deleted()
    {
        await using var client = await server.ConnectAsync();
        async Task<string> RunAsync(string sql) => (await client.Query(sql).TalkAsync()).First(m => m.Type is 'C' or 'E').ToString()[..12];
        Assert.Equal("C INSERT 0 1", await RunAsync($"insert into labels (external_id, name) values ('{_name}', 'one')"));
        Assert.Equal("C INSERT 0 0", await RunAsync($"insert into labels (external_id, name) values ('{_name}', 'two') on conflict do nothing"));
        Assert.Equal("E ERROR 0A00", await RunAsync($"insert into labels (external_id, name) values ('{_name}', 'two') on conflict (external_id) do update set name = excluded.name"));
        Assert.Equal("one", (string)Assert.Single((await server.Cdf.PostAsync("labels/byids", new { items = new[] { new { externalId = _name } } }))["items"]!.AsArray())!["name"]!);
        var deleted = await client.Query($"delete from labels where external_id in ('{_name}', 'nobody') returning name").TalkAsync();
        Assert.Equal("one", deleted.Single(m => m.Type == 'D').Values[0]);
        Assert.Equal("C DELETE 1", deleted.Single(m => m.Type == 'C').ToString());
    }

    [Theory]
    [InlineData("insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{0}', 't', 'k', '{{\"a\":1}}') returning _raw_key, _raw_columns ->> 'a'", "k|1")]
    [InlineData("insert into raw_tables (_raw_database, _raw_table) values ('{0}', 'u') returning _raw_table, 1", "u|1")]
    public async Task What_CDF_does_not_answer_is_echoed(string sql, string row)
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, _name[..20])).TalkAsync();
        Assert.Equal(row.Split('|'), reply.Single(m => m.Type == 'D').Values);
    }

    private static string Plain(string literal) => literal.Trim('\'');

    private async Task<string> DataSetAsync()
    {
        var created = await server.Cdf.PostAsync("datasets", new { items = new[] { new { externalId = _name, name = _name } } });
        return ((long)created["items"]![0]!["id"]!).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
