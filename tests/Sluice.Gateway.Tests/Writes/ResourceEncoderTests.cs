using System.Text;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes;

/// <summary>Files, labels, relationships, sequences, pipelines, their runs, and RAW tables.</summary>
public sealed class ResourceEncoderTests : IDisposable
{
    private readonly WriteTestContext _context = new();

    [Fact]
    public void Files_are_a_request_each_and_a_warning_says_what_becomes_of_them()
    {
        var writes = _context.Encode(
            WriteTestContext.Table("files"),
            ["external_id", "name", "directory", "asset_ids", "source_created_time"],
            [["f1", "a.pdf", "/x", "{1,2}", "2024-01-01 00:00:00+00"], [null, "b", null, null, null]],
            out var notices);
        Assert.Equal(
            [
                """{"externalId":"f1","name":"a.pdf","directory":"/x","assetIds":[1,2],"sourceCreatedTime":1704067200000}""",
                """{"name":"b"}""",
            ],
            writes.Select(Body));
        Assert.All(writes, write => Assert.Equal(("files", 1), (write.Request.Path, write.Rows)));
        Assert.Equal([true, false], writes.Select(write => write.Claim is not null));
        var warning = Assert.Single(notices);
        Assert.Equal((PgSeverity.Warning, SqlState.Warning), (warning.Severity, warning.SqlState));
    }

    [Theory]
    [InlineData("7")]
    [InlineData(" 7 ")]
    [InlineData("{7}")]
    public void A_labels_data_set_may_be_an_array_of_one_or_its_element(string dataSet)
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("labels"), ["external_id", "name", "data_set_id"], [["l", "L", dataSet], ["m", "M", null]]));
        Assert.Equal(
            ["""{"externalId":"l","name":"L","dataSetId":7}""", """{"externalId":"m","name":"M"}"""], WriteTestContext.Items(write));
    }

    [Theory]
    [InlineData("{7,8}", SqlState.InvalidParameterValue)]
    [InlineData("{NULL}", SqlState.InvalidParameterValue)]
    [InlineData("x", SqlState.InvalidTextRepresentation)]
    public void A_labels_data_set_is_one(string dataSet, string sqlState) => Assert.Equal(
        sqlState,
        _context.Refused(WriteTestContext.Table("labels"), ["external_id", "name", "data_set_id"], [["l", "L", dataSet]]).SqlState);

    [Fact]
    public void Relationships_have_types_and_labels()
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("relationships"),
            ["external_id", "source_external_id", "source_type", "target_external_id", "target_type", "confidence", "labels"],
            [["r", "a", "asset", "t", "timeSeries", "0.5", "{x}"]]));
        Assert.Equal(
            [
                """{"externalId":"r","sourceExternalId":"a","sourceType":"asset","targetExternalId":"t","targetType":"timeSeries","confidence":0.5,"labels":[{"externalId":"x"}]}""",
            ],
            WriteTestContext.Items(write));
    }

    [Theory]
    [InlineData("Asset", "1", SqlState.InvalidParameterValue)]
    [InlineData("", "1", SqlState.InvalidParameterValue)]
    [InlineData("asset", "1.5", SqlState.NumericValueOutOfRange)]
    [InlineData("asset", "-0.1", SqlState.NumericValueOutOfRange)]
    [InlineData("asset", "NaN", SqlState.NumericValueOutOfRange)]
    public void A_relationship_out_of_bounds_is_refused_with_what_CDF_takes(string type, string confidence, string sqlState)
    {
        var error = _context.Refused(
            WriteTestContext.Table("relationships"),
            ["external_id", "source_external_id", "source_type", "target_external_id", "target_type", "confidence"],
            [["r", "a", type, "t", "file", confidence]]);
        Assert.Equal(sqlState, error.SqlState);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public void Sequences_keep_their_columns_as_they_were_given()
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("sequences"), ["external_id", "columns"], [["s", """[{"externalId": "a", "valueType": "STRING"}]"""]]));
        Assert.Equal(["""{"externalId":"s","columns":[{"externalId": "a", "valueType": "STRING"}]}"""], WriteTestContext.Items(write));
    }

    [Theory]
    [InlineData("{}", SqlState.InvalidParameterValue)]
    [InlineData("[]", SqlState.InvalidParameterValue)]
    [InlineData("1", SqlState.InvalidParameterValue)]
    public void Columns_of_a_sequence_are_a_list(string columns, string sqlState) => Assert.Equal(
        sqlState, _context.Refused(WriteTestContext.Table("sequences"), ["external_id", "columns"], [["s", columns]]).SqlState);

    [Fact]
    public void More_columns_than_CDF_takes_are_22001()
    {
        var columns = $"[{string.Join(',', Enumerable.Range(0, 401).Select(i => $"{{\"externalId\":\"c{i}\"}}"))}]";
        var error = _context.Refused(WriteTestContext.Table("sequences"), ["external_id", "columns"], [["s", columns]]);
        Assert.Equal(
            (SqlState.StringDataRightTruncation, "value too long for column \"columns\": 401 elements, CDF takes 400"),
            (error.SqlState, error.Message));
    }

    [Fact]
    public void A_pipeline_needs_a_data_set_of_its_own_or_of_the_user()
    {
        var table = WriteTestContext.Table("extraction_pipelines");
        string?[][] rows = [["p", "P"]];
        Assert.Equal(SqlState.NotNullViolation, _context.Refused(table, ["external_id", "name"], rows).SqlState);
        Assert.Equal(SqlState.NotNullViolation, _context.Refused(table, ["external_id", "name", "data_set_id"], [["p", "P", null]]).SqlState);
        Assert.Equal(
            ["""{"externalId":"p","name":"P","dataSetId":3}"""],
            WriteTestContext.Items(Assert.Single(_context.Encode(table, ["external_id", "name"], rows, new WriteSettings { DefaultDataSetId = 3 }))));
    }

    [Fact]
    public void Identical_runs_are_one_and_count_as_many()
    {
        var table = WriteTestContext.Table("extraction_pipeline_runs");
        var writes = _context.Encode(
            table, ["external_id", "status", "message"], [["p", "success", null], ["p", "failure", "m"], ["p", "success", null], ["q", "success", null]]);
        Assert.Equal(
            [
                ("""{"items":[{"externalId":"p","status":"success"}]}""", 2),
                ("""{"items":[{"externalId":"p","status":"failure","message":"m"}]}""", 1),
                ("""{"items":[{"externalId":"q","status":"success"}]}""", 1),
            ],
            writes.Select(write => (Body(write), write.Rows)));

        // CDF sets the time of arrival, so runs of one pipeline must arrive in their order.
        Assert.Equal(writes[0].Claim!.Keys, writes[1].Claim!.Keys);
        Assert.NotEqual(writes[0].Claim!.Keys, writes[2].Claim!.Keys);
        Assert.Null(Assert.Single(_context.Encode(
            table, ["external_id", "status", "created_time"], [["p", "seen", "2024-01-01 00:00:00+00"]])).Claim);
    }

    [Fact]
    public void A_status_of_a_run_is_one_of_three()
    {
        var error = _context.Refused(WriteTestContext.Table("extraction_pipeline_runs"), ["external_id", "status"], [["p", "ok"]]);
        Assert.Equal(
            (SqlState.InvalidParameterValue, "invalid value for column \"status\": \"ok\"", "CDF takes success, failure or seen."),
            (error.SqlState, error.Message, error.Hint));
    }

    [Fact]
    public void RAW_tables_are_a_request_for_each_database()
    {
        var table = WriteTestContext.Table("raw_tables");
        var writes = _context.Encode(table, ["_raw_database", "_raw_table"], [["d 1", "a"], ["d2", "a"], ["d 1", "b"]]);
        Assert.Equal(
            [
                ("raw/dbs/d%201/tables?ensureParent=true", """{"items":[{"name":"a"},{"name":"b"}]}""", 2),
                ("raw/dbs/d2/tables?ensureParent=true", """{"items":[{"name":"a"}]}""", 1),
            ],
            writes.Select(write => (write.Request.Path, Body(write), write.Rows)));
        Assert.Equal(SqlState.UniqueViolation, _context.Refused(table, ["_raw_database", "_raw_table"], [["d", "a"], ["d", "a"]]).SqlState);
        Assert.Equal(SqlState.InvalidParameterValue, _context.Refused(table, ["_raw_database", "_raw_table"], [["d", ""]]).SqlState);
    }

    [Theory]
    [InlineData("data_models")]
    [InlineData("views")]
    [InlineData("containers")]
    [InlineData("units")]
    [InlineData("unit_systems")]
    public void A_table_that_can_only_be_read_takes_no_write(string name)
    {
        var table = BuiltInTables.Find(name)!;
        Assert.Equal(
            SqlState.ObjectNotInPrerequisiteState, Assert.Throws<PgException>(() => WritePlan.Create(table, columns: null, WriteVerb.Copy)).Error.SqlState);
        Assert.Equal(
            SqlState.ObjectNotInPrerequisiteState, Assert.Throws<PgException>(() => WritePlan.ForDelete(table, [table.Columns[0]])).Error.SqlState);
        Assert.Equal(
            SqlState.ObjectNotInPrerequisiteState,
            Assert.Throws<PgException>(() => WritePlan.ForUpdate(table, [table.Columns[1]], [table.Columns[0]])).Error.SqlState);
    }

    [Fact]
    public void What_CDF_cannot_do_is_0A000()
    {
        var runs = WriteTestContext.Table("extraction_pipeline_runs");
        Assert.Equal(
            SqlState.FeatureNotSupported, Assert.Throws<PgException>(() => WritePlan.ForDelete(runs, [runs.FindColumn("id")!])).Error.SqlState);
        var labels = WriteTestContext.Table("labels");
        Assert.Equal(
            SqlState.FeatureNotSupported,
            Assert.Throws<PgException>(() => WritePlan.ForUpdate(labels, [labels.FindColumn("name")!], [labels.FindColumn("external_id")!])).Error.SqlState);
    }

    public void Dispose() => _context.Dispose();

    private static string Body(EncodedWrite write) => Encoding.UTF8.GetString(write.Request.Body.Span);
}
