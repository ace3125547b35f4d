using Npgsql;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Tables;

/// <summary>
/// The columns that Cognite's manual gives with their types: "Setup and administration for PostgreSQL gateway 2.0", section "Migrate to 2.0".
/// They are all that is published, and must be exactly so in every user's catalog.
/// </summary>
public sealed class DocumentedColumnsTests(UserSession session) : IClassFixture<UserSession>
{
    /// <summary>The tables of which the manual lists all columns, so that their order is documented, too.</summary>
    private static readonly string[] Complete = ["double_datapoints", "string_datapoints", "raw_rows", "raw_tables"];

    public static TheoryData<string, string, string> Columns
    {
        get
        {
            using var stream = typeof(DocumentedColumnsTests).Assembly.GetManifestResourceStream("documented-columns.csv")!;
            using var reader = new StreamReader(stream);
            var data = new TheoryData<string, string, string>();
            foreach (var line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')))
            {
                data.Add(line[0], line[1], line[2]);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task A_documented_column_has_its_name_and_type(string table, string column, string type)
    {
        const string Sql =
            """
            SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2
            """;
        var documented = $"documented_{table}_{column}";
        await session.Connection.RunAsync($"CREATE TEMP TABLE {documented} (c {type})");

        Assert.NotNull(await TypeAsync(table, column));
        Assert.Equal(await TypeAsync(documented, "c"), await TypeAsync(table, column));

        async Task<object?> TypeAsync(string relation, string attribute)
        {
            await using var command = new NpgsqlCommand(Sql, session.Connection);
            command.Parameters.AddWithValue(relation);
            command.Parameters.AddWithValue(attribute);
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Tables_whose_columns_are_all_documented_have_no_others_and_keep_the_order()
    {
        foreach (var table in Complete)
        {
            Assert.Equal(
                Columns.Select(row => row.Data).Where(row => row.Item1 == table).Select(row => row.Item2),
                BuiltInTables.Find(table)!.Columns.Select(column => column.Name));
        }
    }

    [Fact]
    public void All_documented_tables_are_there() => Assert.Equal(
        [
            "assets", "containers", "data_models", "double_datapoints", "events", "extraction_pipeline_runs", "extraction_pipelines",
            "files", "labels", "raw_rows", "raw_tables", "relationships", "sequence_rows", "sequences", "string_datapoints",
            "time_series", "unit_systems", "units", "views",
        ],
        BuiltInTables.All.Select(table => table.Name).Order(StringComparer.Ordinal));
}
