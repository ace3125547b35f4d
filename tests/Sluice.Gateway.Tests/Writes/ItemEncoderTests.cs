using System.Text;
using Sluice.Cdf.Http;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes;

public sealed class ItemEncoderTests : IDisposable
{
    private readonly WriteTestContext _context = new();

    [Fact]
    public void Fields_are_those_of_the_API_and_nulls_are_left_out()
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("assets"),
            ["external_id", "name", "parent_id", "description", "geo_location", "id"],
            [["a", "Ærø \"x\"", "17", null, "{\"type\": \"Feature\"}", null]]));
        Assert.Equal(["{\"externalId\":\"a\",\"name\":\"Ærø \\\"x\\\"\",\"parentId\":17,\"geoLocation\":{\"type\": \"Feature\"}}"], WriteTestContext.Items(write));
        Assert.Equal(("assets", Repeatable.Always, 1), (write.Request.Path, write.Request.Repeatable, write.Rows));
        Assert.NotNull(write.Verification);
        Assert.Equal(["a"], write.Keys.Names());
    }

    [Fact]
    public void Items_without_external_ids_are_not_repeated_and_hold_no_key()
    {
        var write = Assert.Single(_context.Encode(WriteTestContext.Table("assets"), ["external_id", "name"], [["a", "x"], [null, "y"]]));
        Assert.Equal(Repeatable.WhenThrottledOnly, write.Request.Repeatable);
        Assert.Null(write.Verification);
        Assert.Single(write.Claim!.Keys);
        write = Assert.Single(_context.Encode(WriteTestContext.Table("events"), ["type"], [["x"], ["y"]]));
        Assert.Null(write.Claim);
    }

    [Fact]
    public void Timestamps_are_milliseconds_rounded_down()
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("events"), ["start_time", "end_time"], [["1970-01-01 00:00:00.001999+00", "2024-02-29 12:00:00+00"]]));
        Assert.Equal(["{\"startTime\":1,\"endTime\":1709208000000}"], WriteTestContext.Items(write));
    }

    [Theory]
    [InlineData("1969-12-31 23:59:59.999+00")]
    [InlineData("infinity")]
    [InlineData("2100-01-01 00:00:00+00")]
    public void Times_that_CDF_does_not_take_are_22008_with_line_and_column(string time)
    {
        var error = _context.Refused(WriteTestContext.Table("events"), ["type", "start_time"], [["x", null], ["x", time]]);
        Assert.Equal(SqlState.DatetimeFieldOverflow, error.SqlState);
        Assert.StartsWith("COPY events, line 2, column start_time: \"", error.Context, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":\"b\"}", "{\"a\":\"b\"}")]
    [InlineData("{ \"n\" : 1.50 , \"t\": true, \"f\":false, \"z\":null }", "{\"n\":\"1.50\",\"t\":\"true\",\"f\":\"false\"}")]
    [InlineData("{\"o\": { \"x\": [1, 2, {\"y\": \"q\\\"\\u00e6\"}], \"e\": {} }, \"l\": [ ]}", "{\"o\":\"{\\\"x\\\":[1,2,{\\\"y\\\":\\\"q\\\\\\\"\\\\u00e6\\\"}],\\\"e\\\":{}}\",\"l\":\"[]\"}")]
    [InlineData("{\"\\u00e6\":\"\\ud83d\\ude00\"}", "{\"æ\":\"😀\"}")]
    [InlineData("{}", "{}")]
    public void Metadata_becomes_strings(string metadata, string expected)
    {
        var write = Assert.Single(_context.Encode(WriteTestContext.Table("events"), ["metadata"], [[metadata]]));
        Assert.Equal([$"{{\"metadata\":{expected}}}"], WriteTestContext.Items(write).Select(item => item.Replace("\\uD83D\\uDE00", "😀", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("[1]", SqlState.InvalidParameterValue)]
    [InlineData("\"x\"", SqlState.InvalidParameterValue)]
    [InlineData("{\"a\":\"\\ud83d\"}", SqlState.InvalidTextRepresentation)]
    public void Metadata_that_is_no_map_is_refused(string metadata, string sqlState) =>
        Assert.Equal(sqlState, _context.Refused(WriteTestContext.Table("events"), ["metadata"], [[metadata]]).SqlState);

    [Theory]
    [InlineData(256, 1, 1, null)]
    [InlineData(257, 1, 1, "257 pairs, CDF takes 256")]
    [InlineData(1, 128, 1, null)]
    [InlineData(1, 129, 1, "a key of 129 bytes, CDF takes 128")]
    [InlineData(1, 5, 10_235, null)]
    [InlineData(1, 5, 10_236, "10241 bytes of keys and values, CDF takes 10240")]
    public void Metadata_limits_are_22001_and_count_bytes(int pairs, int keyBytes, int valueBytes, string? refusal)
    {
        var map = string.Join(',', Enumerable.Range(0, pairs).Select(i => $"\"{i.ToString("X").PadLeft(keyBytes - 2 < 1 ? 1 : keyBytes - 2, 'k')}{(keyBytes > 2 ? "æ" : string.Empty)}\":\"{new string('v', valueBytes)}\""));
        string?[][] rows = [["n", $"{{{map}}}"]];
        if (refusal is null)
        {
            Assert.Single(_context.Encode(WriteTestContext.Table("assets"), ["name", "metadata"], rows));
            return;
        }

        var error = _context.Refused(WriteTestContext.Table("assets"), ["name", "metadata"], rows);
        Assert.Equal((SqlState.StringDataRightTruncation, $"value too long for column \"metadata\": {refusal}"), (error.SqlState, error.Message));
    }

    [Theory]
    [InlineData("[\"a\", \"b\"]")]
    [InlineData("[{\"externalId\":\"a\"}, {\"name\":{\"x\":[1]},\"externalId\":\"b\"}]")]
    [InlineData("{a,b}")]
    [InlineData(" { a , \"b\" } ")]
    [InlineData("[\"\\u0061\",{\"externalId\":\"b\"}]")]
    public void Labels_come_in_several_forms(string labels)
    {
        var write = Assert.Single(_context.Encode(WriteTestContext.Table("assets"), ["name", "labels"], [["n", labels]]));
        Assert.Equal(["{\"name\":\"n\",\"labels\":[{\"externalId\":\"a\"},{\"externalId\":\"b\"}]}"], WriteTestContext.Items(write));
    }

    [Theory]
    [InlineData("\"a\"")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData("[\"a\"")]
    [InlineData("{\"a\":1}x")]
    [InlineData("{\"a}")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void What_is_no_list_of_labels_is_22P02(string labels) => Assert.Equal(
        SqlState.InvalidTextRepresentation, _context.Refused(WriteTestContext.Table("assets"), ["name", "labels"], [["n", labels]]).SqlState);

    [Fact]
    public void Requests_end_at_a_thousand_items_and_at_the_bound_of_bytes()
    {
        string?[][] rows = [.. Enumerable.Range(0, 2_500).Select(i => new[] { $"e{i}" })];
        var writes = _context.Encode(WriteTestContext.Table("events"), ["external_id"], rows);
        Assert.Equal([1_000, 1_000, 500], writes.Select(write => write.Rows));
        writes = _context.Encode(WriteTestContext.Table("events"), ["external_id"], rows[..100], limits: new WriteLimits { MaxBodyBytes = 1_000 });
        Assert.InRange(writes.Count, 2, 10);
        Assert.Equal(100, writes.Sum(write => WriteTestContext.Items(write).Length));
    }

    [Fact]
    public void An_external_id_twice_in_one_request_is_23505()
    {
        var error = _context.Refused(WriteTestContext.Table("events"), ["external_id"], [["a"], ["b"], ["a"]]);
        Assert.Equal(SqlState.UniqueViolation, error.SqlState);
        Assert.Contains("Key (external_id)=(a)", error.Detail, StringComparison.Ordinal);
        Assert.Equal("COPY events, line 3, column external_id: \"a\"", error.Context);
    }

    [Fact]
    public void A_value_for_a_column_of_CDFs_own_is_428C9()
    {
        var error = _context.Refused(WriteTestContext.Table("assets"), ["name", "id"], [["x", null], ["y", "5"]], copy: false);
        Assert.Equal((SqlState.GeneratedAlways, "cannot insert a non-DEFAULT value into column \"id\""), (error.SqlState, error.Message));
        Assert.Contains("Row 2 of the statement", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_in_a_required_column_is_23502_with_its_line()
    {
        var error = _context.Refused(WriteTestContext.Table("assets"), ["external_id", "name"], [["a", "x"], ["b", null]]);
        Assert.Equal((SqlState.NotNullViolation, "COPY assets, line 2, column name: null input"), (error.SqlState, error.Context));
    }

    [Fact]
    public void Rows_without_a_data_set_get_the_users_own()
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("events"), ["type", "data_set_id"], [["x", null], ["y", "7"]], new WriteSettings { DefaultDataSetId = 42 }));
        Assert.Equal(["{\"type\":\"x\",\"dataSetId\":42}", "{\"type\":\"y\",\"dataSetId\":7}"], WriteTestContext.Items(write));
    }

    [Fact]
    public void An_empty_name_is_refused() => Assert.Equal(
        SqlState.InvalidParameterValue, _context.Refused(WriteTestContext.Table("assets"), ["name"], [[""]]).SqlState);

    [Fact]
    public void A_key_that_CDF_names_is_found_with_its_line()
    {
        var write = Assert.Single(_context.Encode(WriteTestContext.Table("events"), ["external_id"], [["a"], ["æ"]]));
        Assert.Equal(2, write.Keys.OriginOf(new Cdf.Errors.CdfIdentity(ExternalId: "æ")));
        Assert.Null(write.Keys.OriginOf(new Cdf.Errors.CdfIdentity(ExternalId: "b")));
        Assert.Equal(1, Encoding.UTF8.GetByteCount(write.Keys.Names(1).Single()));
    }

    [Fact]
    public void A_key_twice_in_DO_UPDATE_is_21000_also_in_two_batches_and_not_in_two_executions()
    {
        var table = WriteTestContext.Table("assets");
        var plan = WritePlan.Create(table, ["external_id", "name"], WriteVerb.Insert) with
        {
            Conflict = ConflictAction.Update,
            ConflictColumns = [table.FindColumn("name")!],
            ConflictKey = ["external_id"],
        };
        using var encoder = BatchEncoder.Create(plan, _context.Write);
        using var batch = new RowBatch(plan.DecodeTypes, _context.Write.TextInput);
        var requests = new List<EncodedWrite>();
        encoder.BeginExecution(1);
        WriteTestContext.Fill(batch, ["a", "1"], ["b", "1"]);
        encoder.Encode(batch, requests);

        batch.Clear();
        WriteTestContext.Fill(batch, ["c", "2"], ["b", "2"]);
        var error = Assert.Throws<PgException>(() => encoder.Encode(batch, requests)).Error;
        Assert.Equal(SqlState.CardinalityViolation, error.SqlState);
        Assert.Contains("Key (external_id)=(b) stands in the statement twice.", error.Detail, StringComparison.Ordinal);

        batch.Clear();
        WriteTestContext.Fill(batch, ["c", "2"], ["d", "2"], ["a", "2"], ["b", "2"]);
        encoder.BeginExecution(3);
        encoder.Encode(batch, requests);
        Assert.Equal([2, 4], requests.Select(request => request.Rows));
    }

    public void Dispose() => _context.Dispose();
}
