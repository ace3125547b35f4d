using System.Globalization;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>What CDF would not take is refused before anything is sent, with PostgreSQL's codes and words that help.</summary>
public sealed class BadInputTests(GatewayServer server)
{
    [Theory]
    [InlineData("files (name)", "$257", "22001", "value too long for type character varying(256)")]
    [InlineData("files (external_id)", "x", "23502", "null value in column \"name\" of relation \"files\" violates not-null constraint")]
    [InlineData("files (name, nosuch)", "x\tx", "42703", "column \"nosuch\" of relation \"files\" does not exist")]
    [InlineData("files (name, asset_ids)", "x\tseven", "22P02", "malformed array literal: \"seven\"")]
    [InlineData("files (name, uploaded)", "x\tt", "428C9", "cannot insert a non-DEFAULT value into column \"uploaded\"")]
    [InlineData("files (name, geo_location)", "x\t[]", "22023", "column \"geo_location\" takes a JSON object")]
    [InlineData("labels (external_id, name)", "x\t$141", "22001", "value too long for type character varying(140)")]
    [InlineData("labels (external_id)", "x", "23502", "null value in column \"name\" of relation \"labels\" violates not-null constraint")]
    [InlineData("labels (external_id, name, data_set_id)", "x\tx\tseven", "22P02", "invalid input syntax for type bigint: \"seven\"")]
    [InlineData("labels (external_id, name, data_set_id)", "x\tx\t{1,2}", "22023", "column \"data_set_id\" takes one element")]
    [InlineData("labels (external_id, name, color)", "x\tx\tx", "42703", "column \"color\" of relation \"labels\" does not exist")]
    [InlineData(
        "relationships (external_id, source_external_id, source_type, target_external_id, target_type)",
        "x\ta\tassets\tb\tasset",
        "22023",
        "invalid value for column \"source_type\": \"assets\"")]
    [InlineData(
        "relationships (external_id, source_external_id, source_type, target_external_id)",
        "x\ta\tasset\tb",
        "23502",
        "null value in column \"target_type\" of relation \"relationships\" violates not-null constraint")]
    [InlineData(
        "relationships (external_id, source_external_id, source_type, target_external_id, target_type, confidence)",
        "x\ta\tasset\tb\tasset\t2",
        "22003",
        "value out of range for column \"confidence\"")]
    [InlineData(
        "relationships (external_id, source_external_id, source_type, target_external_id, target_type)",
        "$256\ta\tasset\tb\tasset",
        "22001",
        "value too long for type character varying(255)")]
    [InlineData("sequences (columns)", "[]", "22023", "column \"columns\" takes at least 1 element")]
    [InlineData("sequences (columns)", "[", "22P02", "invalid input syntax for type json")]
    [InlineData("sequences (external_id)", "x", "23502", "null value in column \"columns\" of relation \"sequences\" violates not-null constraint")]
    [InlineData("sequences (columns, description)", "[{}]\t$1001", "22001", "value too long for type character varying(1000)")]
    [InlineData("sequence_rows (row_number, columns, values)", "1\t{a}\t[1]", "23502", "null value in column \"external_id\" of relation \"sequence_rows\" violates not-null constraint")]
    [InlineData("sequence_rows (external_id, row_number, columns, values)", "s\tx\t{a}\t[1]", "22P02", "invalid input syntax for type bigint: \"x\"")]
    [InlineData("sequence_rows (external_id, row_number, columns, values)", "s\t1\t{a}\t[1,2]", "22023", "column \"values\" has 2 values for 1 columns")]
    [InlineData("sequence_rows (external_id, row_number, columns, values)", "s\t1\t{a}\t[\"$257\"]", "22001", "value too long for column \"values\": a string of 257 characters, CDF takes 256")]
    [InlineData("extraction_pipelines (external_id, name)", "x\tx", "23502", "null value in column \"data_set_id\" of relation \"extraction_pipelines\" violates not-null constraint")]
    [InlineData("extraction_pipelines (external_id, name, data_set_id, documentation)", "x\tx\t1\t$10001", "22001", "value too long for type character varying(10000)")]
    [InlineData("extraction_pipelines (external_id, name, data_set_id, contacts)", "x\tx\t1\t{}", "22023", "column \"contacts\" takes a JSON array")]
    [InlineData("extraction_pipelines (external_id, name, data_set_id, last_seen)", "x\tx\t1\tnow", "428C9", "cannot insert a non-DEFAULT value into column \"last_seen\"")]
    [InlineData("extraction_pipeline_runs (external_id, status)", "x\tdone", "22023", "invalid value for column \"status\": \"done\"")]
    [InlineData("extraction_pipeline_runs (external_id, status, message)", "x\tseen\t$1001", "22001", "value too long for type character varying(1000)")]
    [InlineData("extraction_pipeline_runs (external_id)", "x", "23502", "null value in column \"status\" of relation \"extraction_pipeline_runs\" violates not-null constraint")]
    [InlineData("extraction_pipeline_runs (external_id, status, created_time)", "x\tseen\tyesterday-ish", "22007", "invalid input syntax for type timestamp with time zone: \"yesterday-ish\"")]
    [InlineData("raw_tables (_raw_database, _raw_table)", "$33\tt", "22001", "value too long for type character varying(32)")]
    [InlineData("raw_tables (_raw_database, _raw_table)", "d\t", "22023", "column \"_raw_table\" must not be empty")]
    [InlineData("raw_tables (_raw_database)", "d", "23502", "null value in column \"_raw_table\" of relation \"raw_tables\" violates not-null constraint")]
    [InlineData("raw_tables (_raw_database, _raw_table, x)", "d\tt\tx", "42703", "column \"x\" of relation \"raw_tables\" does not exist")]
    [InlineData("views", "s\tv\t1", "55000", "CDF table \"views\" can only be read")]
    public async Task Is_refused_by_INSERT_and_COPY(string target, string row, string sqlState, string message)
    {
        row = Expand(row);
        await using var client = await TableClient.OpenAsync(server);
        var copy = await TableClient.FailsAsync(() => client.CopyAsync(target, row));
        Assert.Equal((sqlState, message), (copy.SqlState, copy.MessageText));

        var values = string.Join(", ", row.Split('\t').Select(value => $"'{value}'"));
        var insert = await TableClient.FailsAsync(() => client.ExecuteAsync($"INSERT INTO {target} VALUES ({values})"));
        Assert.Equal((sqlState, message), (insert.SqlState, insert.MessageText));
    }

    [Theory]
    [InlineData("INSERT INTO units (external_id) VALUES ('x')")]
    [InlineData("UPDATE containers SET name = 'x' WHERE space = 's'")]
    [InlineData("DELETE FROM data_models WHERE space = 's'")]
    [InlineData("TRUNCATE unit_systems")]
    [InlineData("INSERT INTO views SELECT * FROM views")]
    public async Task Tables_that_can_only_be_read_are_55000(string sql)
    {
        await using var client = await TableClient.OpenAsync(server);
        Assert.Equal("55000", (await TableClient.FailsAsync(() => client.ExecuteAsync(sql))).SqlState);
    }

    /// <summary>The row with $n, for the first n there is, as so many letters.</summary>
    private static string Expand(string row)
    {
        var start = row.IndexOf('$', StringComparison.Ordinal);
        if (start < 0)
        {
            return row;
        }

        var digits = row[(start + 1)..].TakeWhile(char.IsAsciiDigit).Count();
        var length = int.Parse(row.AsSpan(start + 1, digits), CultureInfo.InvariantCulture);
        return string.Concat(row.AsSpan(0, start), new string('x', length), row.AsSpan(start + 1 + digits));
    }
}
