using System.Text;
using System.Text.Json;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Reads.Rows;

/// <summary>CDF's items as PostgreSQL reads them back.</summary>
public sealed class RowJsonTests(EngineFixture fixture, UserSession session) : IClassFixture<UserSession>
{
    private static readonly TableDefinition Assets = BuiltInTables.Find("assets")!;

    [Theory]
    [InlineData(
        "assets",
        """
        {"id":9007199254740991,"externalId":"a \"b\" \\ é","name":"x\ny","parentId":null,"metadata":{"k":"\u00e9\"","l":""},"labels":[{"externalId":"l"}],
         "geoLocation":{"type":"Feature","geometry":{"coordinates":[1.5,-2]}},"rootId":2,"createdTime":0,"lastUpdatedTime":1709209800123,"unknown":[1]}
        """,
        "id,external_id,name,parent_id,metadata->>'k',labels->0->>'externalId',geo_location->>'type',root_id,created_time,last_updated_time",
        "9007199254740991|a \"b\" \\ é|x\ny||é\"|l|Feature|2|1970-01-01 00:00:00+00|2024-02-29 12:30:00.123+00")]
    [InlineData(
        "events", """{"id":1,"startTime":-1,"endTime":253402300799999,"assetIds":[1,9007199254740991],"type":"t"}""", "start_time,end_time,asset_ids,type,subtype",
        "1969-12-31 23:59:59.999+00|9999-12-31 23:59:59.999+00|{1,9007199254740991}|t|")]
    [InlineData(
        "time_series", """{"id":1,"isString":false,"isStep":true,"securityCategories":[],"unit":"°C"}""", "is_string,is_step,security_categories,unit", "f|t|{}|°C")]
    [InlineData("double_datapoints", """{"timestamp":1500,"value":1E+22}""", "value,timestamp,external_id", "1e+22|1970-01-01 00:00:01.5+00|")]
    [InlineData("double_datapoints", """{"timestamp":0,"value":"-Infinity"}""", "value", "-Infinity")]
    [InlineData("double_datapoints", """{"timestamp":0}""", "value", "")]
    [InlineData("raw_rows", """{"key":"k","columns":{"a": [1,2],"b":null},"lastUpdatedTime":1}""", "_raw_key,_raw_columns,_raw_last_updated_time", "k|{\"a\": [1,2],\"b\":null}|1970-01-01 00:00:00.001+00")]
    public async Task A_built_in_table_reads_its_items(string table, string item, string columns, string expected) =>
        Assert.Equal([expected], await ReadAsync(session.Connection, BuiltInTables.Find(table)!, columns, item));

    [Theory]
    [InlineData("TEXT", "\"a\"", "a")]
    [InlineData("TEXT", "1.50", "1.50")]
    [InlineData("TEXT", "{\"a\": 1}", "{\"a\": 1}")]
    [InlineData("TEXT", "\"a\\u0000b\"", null)]
    [InlineData("TEXT", "\"a\\ud800b\"", null)]
    [InlineData("BOOL", "true", "t")]
    [InlineData("BOOL", "\"true\"", null)]
    [InlineData("BIGINT", "-5", "-5")]
    [InlineData("BIGINT", "5.0", "5")]
    [InlineData("BIGINT", "\"5\"", "5")]
    [InlineData("BIGINT", "5.5", null)]
    [InlineData("BIGINT", "9223372036854775808", null)]
    [InlineData("BIGINT", "1e400", null)]
    [InlineData("DOUBLE PRECISION", "0.1", "0.1")]
    [InlineData("DOUBLE PRECISION", "1e400", null)]
    [InlineData("DOUBLE PRECISION", "\"x\"", null)]
    [InlineData("REAL", "0.1", "0.1")]
    [InlineData("REAL", "1e39", null)]
    [InlineData("TIMESTAMPTZ", "\"2024-02-29T12:30:00.123456Z\"", "2024-02-29 12:30:00.123456+00")]
    [InlineData("TIMESTAMPTZ", "\"2024-02-30\"", null)]
    [InlineData("TIMESTAMPTZ", "1709209800123", "2024-02-29 12:30:00.123+00")]
    [InlineData("TIMESTAMPTZ", "true", null)]
    [InlineData("JSON", "[1, \"a\"]", "[1, \"a\"]")]
    [InlineData("JSON", "\"a\"", "\"a\"")]
    [InlineData("TEXT[]", "[\"a\",\"b,c\",\"NULL\",\"\",null,\"q\\\"\\\\\"]", "{a,\"b,c\",\"NULL\",\"\",NULL,\"q\\\"\\\\\"}")]
    [InlineData("TEXT[]", "\"a\"", "{a}")]
    [InlineData("BIGINT[]", "[1,\"x\"]", null)]
    [InlineData("BOOL[]", "[true,false]", "{t,f}")]
    [InlineData("JSON[]", "[{\"a\":1}]", "{\"{\\\"a\\\":1}\"}")]
    [InlineData("BYTEA", "\"AP8=\"", "\\x00ff")]
    [InlineData("BYTEA", "\"?\"", null)]
    public async Task A_raw_value_reads_as_its_column_or_as_null(string type, string value, string? expected)
    {
        Assert.True(CustomColumnTypes.TryParse(type, out var columnType));
        var table = CustomRawTable.Define("t", "d", "t", null, [new("c", columnType)]);
        await using var user = await fixture.ConnectAsNewUserAsync(table);
        var item = $$$"""{"key":"k","columns":{"c":{{{value}}}}}""";

        Assert.Equal([$"k|{expected}"], await ReadAsync(user, table, "_raw_key,c", item));

        using var document = JsonDocument.Parse(item);
        var reader = new RowReader(table);
        Assert.Equal(expected is not null, reader.TryRead(new CdfRow(document.RootElement), 1, out var text));
        Assert.Equal(expected ?? "", Encoding.UTF8.GetString(text));
        Assert.Equal(expected is null ? 1 : 0, reader.Unfit);
    }

    [Theory]
    [InlineData("5", "5")]
    [InlineData("05", null)]
    [InlineData("x", null)]
    public void The_key_of_a_raw_row_is_its_key_column(string key, string? expected)
    {
        var reader = new RowReader(CustomRawTable.Define("t", "d", "t", "k", [new("k", new(PgType.Int8))]));
        using var document = JsonDocument.Parse($$$"""{"key":"{{{key}}}","columns":{"k":7}}""");

        Assert.Equal(expected is not null, reader.TryRead(new CdfRow(document.RootElement), 0, out var text));
        Assert.Equal(expected ?? "", Encoding.UTF8.GetString(text));
    }

    [Fact]
    public void What_is_not_in_the_item_may_be_given()
    {
        using var document = JsonDocument.Parse("""{"timestamp":0,"value":1}""");
        var row = new CdfRow(document.RootElement, [null, null, "series", null]);
        var reader = new RowReader(BuiltInTables.Find("double_datapoints")!);

        Assert.True(reader.TryRead(row, 2, out var text));
        Assert.Equal("series", Encoding.UTF8.GetString(text));
        Assert.False(reader.TryRead(row, 3, out _));
    }

    [Theory]
    [InlineData("22001", "string_datapoints", "value", "\"§\"")]
    [InlineData("22021", "assets", "name", "\"\\u0000\"")]
    [InlineData("22P02", "assets", "parentId", "\"x\"")]
    [InlineData("22P02", "assets", "createdTime", "1e300")]
    public void A_value_of_cdf_that_is_none_of_its_columns_type_is_an_error_that_names_it(string sqlState, string table, string field, string value)
    {
        using var document = JsonDocument.Parse($$$"""{"{{{field}}}":{{{value.Replace("§", new string('x', 256), StringComparison.Ordinal)}}}}""");
        var row = new CdfRow(document.RootElement);
        var definition = BuiltInTables.Find(table)!;
        var ordinal = definition.Columns.ToList().FindIndex(column => column.CdfField == field);
        var reader = new RowReader(definition);

        var error = Assert.Throws<PgException>(() => reader.TryRead(row, ordinal, out _)).Error;

        Assert.Equal(sqlState, error.SqlState);
        Assert.Equal(definition.Columns[ordinal].Name, error.ColumnName);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task Rows_are_echoed_from_their_text()
    {
        var json = new RowJson(Assets);
        var text = Write(writer =>
        {
            writer.WriteStartObject();
            json.WriteColumn(writer, Assets.OrdinalOf("name"), "a\"b"u8);
            json.WriteColumn(writer, Assets.OrdinalOf("metadata"), """{"a": "b"}"""u8);
            json.WriteColumn(writer, Assets.OrdinalOf("created_time"), "2024-01-01 00:00:00+01"u8);
            writer.WriteEndObject();
        });

        Assert.Equal(["a\"b|{\"a\": \"b\"}|2023-12-31 23:00:00+00"], await PopulateAsync(session.Connection, Assets, "name,metadata,created_time", text));
    }

    private static async Task<List<string>> ReadAsync(NpgsqlConnection user, TableDefinition table, string columns, string item)
    {
        using var document = JsonDocument.Parse(item);
        var row = new CdfRow(document.RootElement);
        return await PopulateAsync(user, table, columns, Write(writer => new RowJson(table).Write(writer, row)));
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            write(writer);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Task<List<string>> PopulateAsync(NpgsqlConnection user, TableDefinition table, string columns, string json) =>
        user.RowsAsync($"SELECT {columns} FROM json_populate_recordset(NULL::public.{SqlText.Identifier(table.Name)}, {SqlText.Literal(json)}) AS t");
}
