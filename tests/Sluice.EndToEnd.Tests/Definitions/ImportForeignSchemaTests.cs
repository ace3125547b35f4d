using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Tables;

namespace Sluice.EndToEnd.Tests.Definitions;

/// <summary>Tables over views of data modeling, by name or a space at a time.</summary>
public sealed class ImportForeignSchemaTests(GatewayServer server) : DefinitionTest(server)
{
    private ViewModel _model = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _model = await ViewModel.CreateAsync(Server);
    }

    [Fact]
    public async Task A_table_over_a_view_is_that_of_the_REST_API_and_takes_rows_at_once()
    {
        await ExecuteAsync($"CREATE FOREIGN TABLE pumps () SERVER data_models OPTIONS (space '{_model.Space}', external_id 'Pump', version 'v1')");
        await ExecuteAsync($"CREATE FOREIGN TABLE pipes () SERVER data_models OPTIONS (space '{_model.Space}', external_id 'Pipe')");
        Assert.Equal(1, await ExecuteAsync($"INSERT INTO pumps (space, external_id, name) VALUES ('{_model.Space}', 'p1', 'one')"));
        var tables = await Server.Cdf.TablesAsync(User);

        Assert.Contains("\"name\":\"one\"", await _model.PropertiesAsync("Pump", "p1"), StringComparison.Ordinal);
        Assert.Equal([("pipes", "edges"), ("pumps", "nodes")], tables.Select(table => ((string)table!["tablename"]!, (string)table["type"]!)));
        Assert.Equal("v1", (string?)tables[1]!["options"]!["version"]);
        var again = await Server.Cdf.CreateTableAsync(User, new()
        {
            ["type"] = "view",
            ["tablename"] = "pumps",
            ["options"] = new System.Text.Json.Nodes.JsonObject { ["space"] = _model.Space, ["externalId"] = "Pump", ["version"] = "v1" },
        });
        Assert.Equal("pumps", (string?)again["tablename"]);
    }

    [Theory]
    [InlineData("", "Pipe", "Pump", "Thing")]
    [InlineData("LIMIT TO (\"Pump\", \"Nothing\", public.\"Pipe\")", "Pipe", "Pump")]
    [InlineData("EXCEPT (\"Pump\")", "Pipe", "Thing")]
    [InlineData("LIMIT TO (pump)")]
    public async Task The_views_of_a_space_become_tables_of_their_names(string selection, params string[] tables)
    {
        await using var client = await ConnectAsync();
        var answer = await client.Query($"import foreign schema {_model.Space} {selection} from server data_models into public").TalkAsync();

        Assert.Equal(["IMPORT FOREIGN SCHEMA"], Outcome(answer));
        Assert.Equal(tables, (await TablesAsync()).Order(StringComparer.Ordinal));
        if (tables.Contains("Pump", StringComparer.Ordinal))
        {
            Assert.Equal(1, await ExecuteAsync($"INSERT INTO \"Pump\" (space, external_id, name) VALUES ('{_model.Space}', 'p2', 'two')"));
            await ExecuteAsync("DROP TABLE \"Pump\", \"Pipe\"");
        }
    }

    [Fact]
    public async Task A_name_that_is_taken_stops_it_before_any_table_is_made()
    {
        await ExecuteAsync(Create("\"Pump\"").Replace("'\"Pump\"'", "'pump'", StringComparison.Ordinal));
        var error = await FailsAsync($"IMPORT FOREIGN SCHEMA {_model.Space} FROM SERVER data_models INTO public");

        Assert.Equal(("42P07", "relation \"Pump\" already exists"), (error.SqlState, error.MessageText));
        Assert.Equal(["Pump"], await TablesAsync());
        await ExecuteAsync($"IMPORT FOREIGN SCHEMA {_model.Space} EXCEPT (\"Pump\") FROM SERVER data_models INTO public");
        Assert.Equal(["Pipe", "Pump", "Thing"], (await TablesAsync()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("CREATE FOREIGN TABLE t () SERVER data_models OPTIONS (space '{0}', external_id 'Nothing')", "42P01")]
    [InlineData("CREATE FOREIGN TABLE t () SERVER data_models OPTIONS (space '{0}', external_id 'Pump', version 'v9')", "42P01")]
    [InlineData("CREATE FOREIGN TABLE t () SERVER data_models OPTIONS (space '{0}', external_id 'Pump', instance_type 'edge')", "42P16")]
    [InlineData("IMPORT FOREIGN SCHEMA nothing FROM SERVER data_models INTO public", "HV00Q")]
    [InlineData("IMPORT FOREIGN SCHEMA {0} FROM SERVER raw INTO public", "HV00P")]
    [InlineData("IMPORT FOREIGN SCHEMA {0} FROM SERVER other INTO public", "42704")]
    [InlineData("IMPORT FOREIGN SCHEMA {0} FROM SERVER data_models INTO other", "0A000")]
    [InlineData("IMPORT FOREIGN SCHEMA {0} FROM SERVER data_models INTO public OPTIONS (a 'b')", "HV00D")]
    public async Task What_is_wrong_is_said_and_nothing_is_made(string sql, string sqlState)
    {
        var error = await FailsAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, _model.Space));

        Assert.Equal(sqlState, error.SqlState);
        Assert.NotEmpty(error.Hint!);
        Assert.Empty(await TablesAsync());
    }
}
