using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Writes;

public sealed class RawEncoderTests : IDisposable
{
    private static readonly string[] AllColumns = ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"];

    private readonly WriteTestContext _context = new();

    [Fact]
    public void Rows_go_to_their_tables_with_their_columns_as_they_are()
    {
        var writes = _context.Encode(
            WriteTestContext.Table("raw_rows"),
            AllColumns,
            [["db", "t 1", "a", "{\"x\": 1}"], ["db", "u", "b", "{}"], ["db", "t 1", "c", "{\"y\":null}"]]);
        Assert.Equal(["raw/dbs/db/tables/t%201/rows?ensureParent=true", "raw/dbs/db/tables/u/rows?ensureParent=true"], writes.Select(write => write.Request.Path));
        Assert.Equal(["{\"key\":\"a\",\"columns\":{\"x\": 1}}", "{\"key\":\"c\",\"columns\":{\"y\":null}}"], WriteTestContext.Items(writes[0]));
        Assert.Equal(["{\"key\":\"b\",\"columns\":{}}"], WriteTestContext.Items(writes[1]));
        Assert.Empty(writes[0].Claim!.Keys.Intersect(writes[1].Claim!.Keys));
    }

    [Fact]
    public void Of_rows_with_one_key_the_last_one_stays_and_they_are_counted()
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("raw_rows"),
            AllColumns,
            [["db", "t", "a", "{\"x\":1}"], ["db", "t", "b", "{\"x\":2}"], ["db", "t", "a", "{\"x\":3}"]],
            out var notices));
        Assert.Equal(["{\"key\":\"a\",\"columns\":{\"x\":3}}", "{\"key\":\"b\",\"columns\":{\"x\":2}}"], WriteTestContext.Items(write));
        Assert.Equal(3, write.Rows);
        Assert.Equal("1 row had the key of a later row and gave way to it", Assert.Single(notices).Message);
    }

    [Fact]
    public void Columns_must_be_an_object() => Assert.Equal(
        SqlState.InvalidParameterValue, _context.Refused(WriteTestContext.Table("raw_rows"), AllColumns, [["db", "t", "a", "[1]"]]).SqlState);

    [Fact]
    public void A_key_is_at_most_1024_characters_not_bytes()
    {
        Assert.Single(_context.Encode(WriteTestContext.Table("raw_rows"), AllColumns, [["db", "t", new string('æ', 1_024), "{}"]]));
        var error = _context.Refused(WriteTestContext.Table("raw_rows"), AllColumns, [["db", "t", new string('æ', 1_025), "{}"]]);
        Assert.Equal(SqlState.StringDataRightTruncation, error.SqlState);
    }

    [Fact]
    public void Declared_columns_become_JSON_by_their_types()
    {
        var table = CustomRawTable.Define(
            "movies",
            "db",
            "t",
            "title",
            [
                new("title", new ColumnType(PgType.Text)), new("n", new ColumnType(PgType.Int8)), new("d", new ColumnType(PgType.Float8)),
                new("r", new ColumnType(PgType.Float4)), new("b", new ColumnType(PgType.Bool)), new("at", new ColumnType(PgType.Timestamptz)),
                new("j", new ColumnType(PgType.Json)),
            ]);
        var write = Assert.Single(_context.Encode(
            table,
            ["title", "n", "d", "r", "b", "at", "j"],
            [["Ran", "-9223372036854775808", "0.1", "0.1", "t", "2024-02-29 12:30:00.5+02", "[1, null]"], ["Alien", null, "1e300", null, "f", "0001-01-01 00:00:00+00", null]]));
        Assert.Equal(
            [
                "{\"key\":\"Ran\",\"columns\":{\"title\":\"Ran\",\"n\":-9223372036854775808,\"d\":0.1,\"r\":0.1,\"b\":true,\"at\":\"2024-02-29T10:30:00.500Z\",\"j\":[1, null]}}",
                "{\"key\":\"Alien\",\"columns\":{\"title\":\"Alien\",\"n\":null,\"d\":1E+300,\"r\":null,\"b\":false,\"at\":\"0001-01-01T00:00:00Z\",\"j\":null}}",
            ],
            WriteTestContext.Items(write));
    }

    [Fact]
    public void A_table_without_a_primary_key_has_its_key_in_a_column_of_its_own()
    {
        var table = CustomRawTable.Define("t1", "db", "t", primaryKey: null, [new("v", new ColumnType(PgType.Text))]);
        var write = Assert.Single(_context.Encode(table, ["_raw_key", "v"], [["k", "x"]]));
        Assert.Equal(["{\"key\":\"k\",\"columns\":{\"v\":\"x\"}}"], WriteTestContext.Items(write));
    }

    [Fact]
    public void A_key_that_is_no_text_is_what_PostgreSQL_prints()
    {
        var table = CustomRawTable.Define("t1", "db", "t", "n", [new("n", new ColumnType(PgType.Int8))]);
        var write = Assert.Single(_context.Encode(table, ["n"], [["7"], ["-3"], ["7"]]));
        Assert.Equal(["{\"key\":\"7\",\"columns\":{\"n\":7}}", "{\"key\":\"-3\",\"columns\":{\"n\":-3}}"], WriteTestContext.Items(write));
    }

    [Theory]
    [InlineData("d", "NaN", SqlState.NumericValueOutOfRange)]
    [InlineData("d", "-Infinity", SqlState.NumericValueOutOfRange)]
    [InlineData("at", "infinity", SqlState.DatetimeFieldOverflow)]
    public void What_JSON_cannot_hold_is_refused(string column, string value, string sqlState)
    {
        var table = CustomRawTable.Define(
            "t1", "db", "t", primaryKey: null, [new("d", new ColumnType(PgType.Float8)), new("at", new ColumnType(PgType.Timestamptz))]);
        Assert.Equal(sqlState, _context.Refused(table, ["_raw_key", column], [["k", value]]).SqlState);
    }

    public void Dispose() => _context.Dispose();
}
