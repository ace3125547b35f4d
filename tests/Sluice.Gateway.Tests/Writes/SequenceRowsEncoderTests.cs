using System.Text;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes;

public sealed class SequenceRowsEncoderTests : IDisposable
{
    private static readonly string[] Columns = ["external_id", "row_number", "columns", "values"];

    private readonly WriteTestContext _context = new();

    [Fact]
    public void Rows_of_one_sequence_and_the_same_columns_go_together()
    {
        var write = Assert.Single(Encode(["s", "1", "{a,b}", "[1.5, \"x\"]"], ["t", "1", "{a}", "[1]"], ["s", "2", "{a,b}", "[null,null]"]));
        Assert.Equal(
            [
                """{"externalId":"s","columns":["a","b"],"rows":[{"rowNumber":1,"values":[1.5, "x"]},{"rowNumber":2,"values":[null,null]}]}""",
                """{"externalId":"t","columns":["a"],"rows":[{"rowNumber":1,"values":[1]}]}""",
            ],
            WriteTestContext.Items(write));
        Assert.Equal(("sequences/data", 3), (write.Request.Path, write.Rows));
        Assert.Equal((1L, 2L), (write.Claim!.From[0], write.Claim.To[0]));
    }

    [Fact]
    public void Other_columns_of_a_sequence_are_another_request_that_waits_for_the_first()
    {
        var writes = Encode(["s", "1", "{a}", "[1]"], ["s", "1", "{b}", "[2]"], ["s", "1", "{b,a}", "[3,4]"]);
        Assert.Equal(3, writes.Count);
        var fence = new KeyFence();
        using var first = fence.Enter(writes[0].Claim!);
        using var second = fence.Enter(writes[1].Claim!);
        Assert.False(second.Ready.IsCompleted);
    }

    [Fact]
    public void Of_rows_with_one_number_the_last_stays()
    {
        var write = Assert.Single(_context.Encode(
            WriteTestContext.Table("sequence_rows"), Columns, [["s", "1", "{a}", "[1]"], ["s", "1", "{a}", "[2]"]], out var notices));
        Assert.Equal(["""{"externalId":"s","columns":["a"],"rows":[{"rowNumber":1,"values":[2]}]}"""], WriteTestContext.Items(write));
        Assert.Equal(2, write.Rows);
        Assert.Equal("1 row had the number of a later row and gave way to it", Assert.Single(notices).Message);
    }

    [Fact]
    public void A_row_is_sent_after_those_that_have_cells_in_common_with_it()
    {
        var writes = Encode(["s", "1", "{a}", "[1]"], ["s", "2", "{a}", "[1]"], ["s", "1", "{a,b}", "[2,2]"], ["s", "1", "{a}", "[3]"]);
        Assert.Equal(
            [
                """{"externalId":"s","columns":["a"],"rows":[{"rowNumber":1,"values":[1]},{"rowNumber":2,"values":[1]}]}""",
                """{"externalId":"s","columns":["a","b"],"rows":[{"rowNumber":1,"values":[2,2]}]}""",
                """{"externalId":"s","columns":["a"],"rows":[{"rowNumber":1,"values":[3]}]}""",
            ],
            writes.SelectMany(WriteTestContext.Items));
        Assert.Equal(2, Encode(["s", "1", "{a}", "[1]"], ["s", "1", "{b}", "[1]"], ["s", "2", "{a}", "[1]"], ["s", "2", "{b}", "[1]"]).Count);
    }

    [Fact]
    public void Rows_by_id_and_by_external_id_keep_their_order()
    {
        var writes = _context.Encode(
            WriteTestContext.Table("sequence_rows"),
            ["external_id", "id", "row_number", "columns", "values"],
            [[null, "7", "1", "{a}", "[1]"], ["s", null, "1", "{a}", "[2]"]]);
        Assert.Equal([KeyKind.Id, KeyKind.ExternalId], writes.Select(write => write.Claim!.Kind));
    }

    [Fact]
    public void Sequences_by_id_and_by_external_id_are_not_mixed()
    {
        var writes = _context.Encode(
            WriteTestContext.Table("sequence_rows"),
            ["external_id", "id", "row_number", "columns", "values"],
            [["s", null, "1", "{a}", "[1]"], [null, "7", "1", "{a}", "[1]"], ["t", "7", "2", "{a}", "[1]"]]);
        Assert.Equal(
            [
                """{"items":[{"externalId":"s","columns":["a"],"rows":[{"rowNumber":1,"values":[1]}]}]}""",
                """{"items":[{"id":7,"columns":["a"],"rows":[{"rowNumber":1,"values":[1]},{"rowNumber":2,"values":[1]}]}]}""",
            ],
            writes.Select(write => Encoding.UTF8.GetString(write.Request.Body.Span)));
    }

    [Theory]
    [InlineData(10_000, 10, 1)]
    [InlineData(10_000, 11, 2)]
    [InlineData(1_001, 100, 2)]
    [InlineData(1_000, 100, 1)]
    public void Requests_end_at_ten_thousand_rows_and_a_hundred_thousand_values(int rows, int columns, int requests)
    {
        var names = $"{{{string.Join(',', Enumerable.Range(0, columns).Select(i => $"c{i}"))}}}";
        var values = $"[{string.Join(',', Enumerable.Repeat("1", columns))}]";
        var writes = Encode([.. Enumerable.Range(0, rows).Select(i => new[] { "s", $"{i}", names, values })]);
        Assert.Equal(requests, writes.Count);
        Assert.Equal(rows, writes.Sum(write => write.Rows));
        Assert.All(writes, write => Assert.InRange(write.Rows * columns, 1, 100_000));
    }

    [Fact]
    public void A_request_has_at_most_a_thousand_sequences() => Assert.Equal(
        [1_000, 500],
        Encode([.. Enumerable.Range(0, 1_500).Select(i => new[] { $"s{i}", "0", "{a}", "[1]" })]).Select(write => write.Rows));

    [Theory]
    [InlineData("1", "{a}", "[1,2]", SqlState.InvalidParameterValue, "column \"values\" has 2 values for 1 columns")]
    [InlineData("1", "{a}", "{}", SqlState.InvalidParameterValue, "column \"values\" takes a JSON array")]
    [InlineData("1", "{a}", "[true]", SqlState.InvalidParameterValue, "column \"values\" takes strings, numbers and null as values")]
    [InlineData("1", "{a}", "[[1]]", SqlState.InvalidParameterValue, "column \"values\" takes strings, numbers and null as values")]
    [InlineData("1", "{a}", "[1e101]", SqlState.NumericValueOutOfRange, "value out of range for column \"values\"")]
    [InlineData("1", "{a}", "[1e999]", SqlState.NumericValueOutOfRange, "value out of range for column \"values\"")]
    [InlineData("1", "{}", "[]", SqlState.InvalidParameterValue, "column \"columns\" has 0 elements")]
    [InlineData("1", "{a,NULL}", "[1,2]", SqlState.InvalidParameterValue, "column \"columns\" must not have NULL in it")]
    [InlineData("1", "{a,a}", "[1,2]", SqlState.InvalidParameterValue, "column \"columns\" names a column twice")]
    [InlineData("-1", "{a}", "[1]", SqlState.NumericValueOutOfRange, "value out of range for column \"row_number\"")]
    [InlineData(null, "{a}", "[1]", SqlState.NotNullViolation, "null value in column \"row_number\" of relation \"sequence_rows\" violates not-null constraint")]
    public void What_CDF_would_not_take_is_refused(string? number, string columns, string values, string sqlState, string message)
    {
        var error = _context.Refused(WriteTestContext.Table("sequence_rows"), Columns, [["s", number, columns, values]]);
        Assert.Equal((sqlState, message), (error.SqlState, error.Message));
    }

    [Theory]
    [InlineData("x", 256, true)]
    [InlineData("ø", 256, true)]
    [InlineData("\\u00f8", 256, true)]
    [InlineData("x", 257, false)]
    public void A_string_has_at_most_256_characters(string character, int count, bool fits)
    {
        string?[][] rows = [["s", "1", "{a}", $"[\"{string.Concat(Enumerable.Repeat(character, count))}\"]"]];
        if (fits)
        {
            Assert.Single(Encode(rows));
        }
        else
        {
            Assert.Equal(SqlState.StringDataRightTruncation, _context.Refused(WriteTestContext.Table("sequence_rows"), Columns, rows).SqlState);
        }
    }

    [Fact]
    public void A_row_without_a_sequence_is_23502() => Assert.Equal(
        SqlState.NotNullViolation,
        _context.Refused(WriteTestContext.Table("sequence_rows"), Columns, [[null, "1", "{a}", "[1]"]]).SqlState);

    public void Dispose() => _context.Dispose();

    private List<EncodedWrite> Encode(params string?[][] rows) => _context.Encode(WriteTestContext.Table("sequence_rows"), Columns, rows);
}
