using Sluice.Cdf.Http;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Writes;

public sealed class DataPointEncoderTests : IDisposable
{
    private static readonly string[] ByExternalId = ["external_id", "timestamp", "value"];

    private readonly WriteTestContext _context = new();

    [Fact]
    public void Rows_are_grouped_by_series_and_claim_their_times()
    {
        var write = Encode(["b", "1970-01-01 00:00:05+00", "1"], ["a", "1970-01-01 00:00:01+00", "2"], ["b", "1970-01-01 00:00:09.9999+00", "3"]);
        Assert.Equal(("timeseries/data", CdfMediaType.Protobuf, Repeatable.Always), (write.Request.Path, write.Request.ContentType, write.Request.Repeatable));
        Assert.Equal(3, write.Rows);
        Assert.Equal(["b", "a"], write.Keys.Names());
        Assert.Equal([5_000, 1_000], write.Claim!.From);
        Assert.Equal([9_999, 1_000], write.Claim.To);
        Assert.Equal(2, write.Keys.OriginOf(new Cdf.Errors.CdfIdentity(ExternalId: "a")));
    }

    [Fact]
    public void Of_two_points_in_a_millisecond_the_later_row_wins_and_they_are_counted()
    {
        var writes = _context.Encode(
            WriteTestContext.Table("double_datapoints"),
            ByExternalId,
            [["a", "1970-01-01 00:00:02.0001+00", "7"], ["a", "1970-01-01 00:00:01+00", "1"], ["a", "1970-01-01 00:00:02.0009+00", "8"]],
            out var notices);
        var expected = Encode(["a", "1970-01-01 00:00:01+00", "1"], ["a", "1970-01-01 00:00:02+00", "8"]);
        Assert.Equal(expected.Request.Body.ToArray(), Assert.Single(writes).Request.Body.ToArray());
        Assert.Equal(3, writes[0].Rows);
        Assert.StartsWith("1 data point ", Assert.Single(notices).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_that_replaces_one_of_an_earlier_batch_is_counted_too()
    {
        var plan = WritePlan.Create(WriteTestContext.Table("double_datapoints"), ByExternalId, WriteVerb.Copy);
        using var encoder = BatchEncoder.Create(plan, _context.Write);
        using var batch = new RowBatch(plan.DecodeTypes, _context.Write.TextInput);
        var requests = new List<EncodedWrite>();
        WriteTestContext.Fill(batch, ["a", "1970-01-01 00:00:01+00", "1"], ["b", "1970-01-01 00:00:01+00", "1"]);
        encoder.Encode(batch, requests);
        batch.Clear();
        WriteTestContext.Fill(batch, ["a", "1970-01-01 00:00:01.0002+00", "2"], ["b", "1970-01-01 00:00:02+00", "2"]);
        encoder.Encode(batch, requests);
        Assert.StartsWith("1 data point ", Assert.Single(encoder.Notices()).Message, StringComparison.Ordinal);
        var fence = new KeyFence();
        using var first = fence.Enter(requests[0].Claim!);
        using var second = fence.Enter(requests[1].Claim!);
        Assert.False(second.Ready.IsCompleted);
    }

    [Fact]
    public void Points_that_differ_below_a_millisecond_are_22008_when_asked_for()
    {
        string?[][] rows = [["a", "1970-01-01 00:00:02.0001+00", "7"], ["a", "1970-01-01 00:00:02.0009+00", "8"]];
        var settings = new WriteSettings { SubMillisecond = SubMillisecond.Error };
        Assert.Equal(
            SqlState.DatetimeFieldOverflow, _context.Refused(WriteTestContext.Table("double_datapoints"), ByExternalId, rows, settings).SqlState);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("1e100")]
    [InlineData("-1e101")]
    public void Values_that_CDF_takes_only_as_bad_are_22003_or_stored_with_status(string value)
    {
        string?[][] rows = [["a", "2024-01-01 00:00:00+00", "1"], ["a", "2024-01-01 00:00:01+00", value]];
        var table = WriteTestContext.Table("double_datapoints");
        var error = _context.Refused(table, ByExternalId, rows);
        Assert.Equal(SqlState.NumericValueOutOfRange, error.SqlState);
        Assert.StartsWith("COPY double_datapoints, line 2, column value: \"", error.Context, StringComparison.Ordinal);
        Assert.Contains("sluice.bad_values", error.Hint, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(_context.Encode(table, ByExternalId, rows, new WriteSettings { BadValues = BadValues.Status })).Rows);
    }

    [Theory]
    [InlineData("1900-01-01 00:00:00+00", true)]
    [InlineData("2099-12-31 23:59:59.999999+00", true)]
    [InlineData("1899-12-31 23:59:59.999999+00", false)]
    [InlineData("2100-01-01 00:00:00+00", false)]
    [InlineData("infinity", false)]
    [InlineData("-infinity", false)]
    public void Times_outside_1900_to_2099_are_22008(string time, bool accepted)
    {
        string?[][] rows = [["a", time, "1"]];
        var table = WriteTestContext.Table("double_datapoints");
        if (accepted)
        {
            Assert.Single(_context.Encode(table, ByExternalId, rows));
        }
        else
        {
            Assert.Equal(SqlState.DatetimeFieldOverflow, _context.Refused(table, ByExternalId, rows).SqlState);
        }
    }

    [Fact]
    public void Ids_and_external_ids_go_in_requests_of_their_own()
    {
        var writes = _context.Encode(
            WriteTestContext.Table("double_datapoints"),
            ["id", "external_id", "timestamp", "value"],
            [[null, "a", "2024-01-01 00:00:00+00", "1"], ["5", null, "2024-01-01 00:00:00+00", "2"], ["6", "b", "2024-01-01 00:00:00+00", "3"]]);
        Assert.Equal([KeyKind.ExternalId, KeyKind.Id], writes.Select(write => write.Claim!.Kind));
        Assert.Equal([["a"], ["5", "6"]], writes.Select(write => write.Keys.Names()));
    }

    [Fact]
    public void A_row_that_names_no_series_is_23502()
    {
        var error = _context.Refused(
            WriteTestContext.Table("double_datapoints"),
            ["id", "external_id", "timestamp", "value"],
            [["5", null, "2024-01-01 00:00:00+00", "1"], [null, null, "2024-01-01 00:00:00+00", "1"]]);
        Assert.Equal((SqlState.NotNullViolation, "COPY double_datapoints, line 2, column external_id: null input"), (error.SqlState, error.Context));
    }

    [Fact]
    public void Requests_end_at_ten_thousand_series_and_a_hundred_thousand_points()
    {
        string?[][] rows = [.. Enumerable.Range(0, 10_001).Select(i => new[] { $"s{i}", "2024-01-01 00:00:00+00", "1" })];
        Assert.Equal([10_000, 1], _context.Encode(WriteTestContext.Table("double_datapoints"), ByExternalId, rows).Select(write => write.Rows));
        var start = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        rows = [.. Enumerable.Range(0, 100_001).Select(i => new[] { "s", start.AddSeconds(i).ToString("yyyy-MM-dd HH:mm:ss+00"), "1" })];
        Assert.Equal([100_000, 1], _context.Encode(WriteTestContext.Table("double_datapoints"), ByExternalId, rows).Select(write => write.Rows));
    }

    [Fact]
    public void Long_strings_end_a_request_at_the_bound_of_bytes_and_each_names_its_series_once()
    {
        var start = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string?[][] rows = [.. Enumerable.Range(0, 5_000).Select(i => new[] { "s", start.AddSeconds(i).ToString("yyyy-MM-dd HH:mm:ss+00"), new string('x', 255) })];
        var writes = _context.Encode(WriteTestContext.Table("string_datapoints"), ByExternalId, rows, limits: new WriteLimits { MaxBodyBytes = 400_000 });
        Assert.Equal(5_000, writes.Sum(write => write.Rows));
        Assert.InRange(writes.Count, 3, 5);
        Assert.All(writes, write => Assert.Equal(1, write.Keys.Count));
    }

    [Fact]
    public void A_string_of_more_bytes_than_CDF_takes_is_22001()
    {
        var table = WriteTestContext.Table("string_datapoints");
        table = table with { Columns = table.Columns.Replace(table.Columns[0], table.Columns[0] with { Type = ColumnType.VarcharOf(1_023) }) };
        var error = _context.Refused(table, ByExternalId, [["a", "2024-01-01 00:00:00+00", string.Concat(Enumerable.Repeat("😀", 256))]]);
        Assert.Equal((SqlState.StringDataRightTruncation, "value too long for column \"value\": 1024 bytes, CDF takes 1023"), (error.SqlState, error.Message));
    }

    public void Dispose() => _context.Dispose();

    private EncodedWrite Encode(params string?[][] rows) =>
        Assert.Single(_context.Encode(WriteTestContext.Table("double_datapoints"), ByExternalId, rows));
}
