using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Access;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Tables;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;

namespace Sluice.EndToEnd.Tests.Capabilities;

/// <summary>
/// docs/capabilities.md, held against a CDF: with just the capabilities that it names each statement works on each table, and without any one of them
/// it is 42501 with a HINT that names it.
/// </summary>
public sealed class CapabilityTests(AccessServer server) : IClassFixture<AccessServer>
{
    private static int _keys;

    private GatewayServer Gateway => server.Gateway;

    public static TheoryData<string> Tables => [.. BuiltInTables.All.Where(table => !table.IsReadOnly).Select(table => table.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Each_statement_needs_just_what_the_table_of_capabilities_says(string table)
    {
        var created = await Gateway.Cdf.PostAsync("datasets", new JsonObject { ["items"] = new JsonArray(new JsonObject { ["name"] = "set" }) });
        var dataSet = ((long)created["items"]![0]!["id"]!).ToString(CultureInfo.InvariantCulture);
        await CheckAsync(TableStatements.OfBuiltIn(dataSet).Single(statements => statements.Table == table));
    }

    [Fact]
    public async Task Tables_of_ones_own_over_RAW_need_what_it_says()
    {
        var (application, login) = await RegisterAsync();
        await Gateway.Cdf.CreateRawTableAsync(
            login, "movies", "films", "movies", "title", new JsonObject { ["title"] = Type("TEXT"), ["year"] = Type("BIGINT") });
        await CheckAsync(
            new TableStatements
            {
                Table = "movies",
                Definition = CustomRawTable.Define(
                    "movies", "films", "movies", primaryKey: null, [new("year", BuiltInTables.Find("assets")!.FindColumn("id")!.Type)]),
                Columns = "title, year",
                Values = "'{k}', 1979",
                Where = "title = '{k}'",
                Key = "title",
                Set = ("year", "1986"),
            },
            application,
            login);

        static JsonObject Type(string name) => new() { ["type"] = name };
    }

    [Theory]
    [InlineData("pumps", "Pump", TableKind.Nodes, "name", "'n'", "power")]
    [InlineData("pipes", "Pipe", TableKind.Edges, "type, start_node, end_node, length", "'{s}:T', '{s}:a', '{s}:b', 1", "length")]
    public async Task Tables_of_ones_own_over_views_need_what_it_says(string table, string view, TableKind kind, string columns, string values, string set)
    {
        var model = await ViewModel.CreateAsync(Gateway);
        await model.AddNodesAsync("T", "a", "b");
        var (application, login) = await RegisterAsync();
        await model.AddTableAsync(login, table, view);
        var definition = new Sluice.Cdf.Resources.CdfView { Space = model.Space, ExternalId = view, Version = "v1", UsedFor = "all", Writable = true, Properties = [] };
        await CheckAsync(
            new TableStatements
            {
                Table = table,
                Definition = ViewTable.Define(table, definition, kind),
                Columns = $"space, external_id, {columns}",
                Values = $"'{model.Space}', '{{k}}', {values.Replace("{s}", model.Space, StringComparison.Ordinal)}",
                Where = $"space = '{model.Space}' and external_id = '{{k}}'",
                Key = "space, external_id",
                Set = (set, "2"),
            },
            application,
            login);
    }

    [Theory]
    [InlineData("data_set_external_id", "'{k}'", "datasetsAcl:READ", "datasets:read")]
    [InlineData("asset_external_ids", "'{{k}}'", "assetsAcl:READ", "assets:read")]
    public async Task External_ids_in_the_place_of_internal_ones_are_looked_up_with_a_capability_of_their_own(
        string column, string value, string capability, string name)
    {
        var (application, login) = await RegisterAsync("eventsAcl:WRITE");
        await Gateway.SetOptionsAsync(login, new UserOptions { ExtendedColumns = true });
        var key = NextKey();
        await Gateway.Cdf.PostAsync("datasets", new JsonObject { ["items"] = new JsonArray(new JsonObject { ["name"] = "set", ["externalId"] = key }) });
        await Gateway.Cdf.PostAsync("assets", new JsonObject { ["items"] = new JsonArray(new JsonObject { ["name"] = "n", ["externalId"] = key }) });
        await using var connection = await Gateway.OpenAsync(login);
        var sql = $"insert into events (external_id, {column}) values ('{key}', {value.Replace("{k}", key, StringComparison.Ordinal)})";

        await AssertRefusedAsync(connection, [sql], name, $"INSERT of {column}");
        await application.SetCapabilitiesAsync("eventsAcl:WRITE", capability);
        await RunAsync(connection, [sql]);
        Assert.Single(await Gateway.Cdf.ByExternalIdsAsync("events", key));
    }

    [Fact]
    public async Task Series_that_are_missing_are_created_with_the_capability_for_their_points()
    {
        var (_, login) = await RegisterAsync("timeSeriesAcl:WRITE");
        await using var connection = await Gateway.OpenAsync(login);
        var key = NextKey();
        await RunAsync(connection, ["set sluice.create_missing = on", $"insert into double_datapoints (external_id, timestamp, value) values ('{key}', '2024-01-01', 1)"]);
        Assert.Single(await Gateway.Cdf.PointsAsync(key));
    }

    private static string NextKey() => $"k{Interlocked.Increment(ref _keys)}";

    private async Task<(CdfApplication Application, GatewayLogin Login)> RegisterAsync(params IEnumerable<string> capabilities)
    {
        var application = await CdfApplication.CreateAsync(Gateway, capabilities.DefaultIfEmpty("dataModelsAcl:READ"));
        return (application, await application.RegisterUserAsync());
    }

    private async Task CheckAsync(TableStatements table)
    {
        var (application, login) = await RegisterAsync();
        await CheckAsync(table, application, login);
    }

    private async Task CheckAsync(TableStatements table, CdfApplication application, GatewayLogin login)
    {
        await using var connection = await Gateway.OpenAsync(login);
        var wrong = new List<string>();
        foreach (var statement in table.All())
        {
            var capabilities = table.Definition.Capabilities;
            if (IsNotSupported(table, statement.Use)
                || (statement.Reads ? capabilities.WithReading(statement.Use) : capabilities.For(statement.Use)) is not { } needed)
            {
                continue;
            }

            try
            {
                foreach (var missing in needed)
                {
                    var refused = await PrepareAsync(table, connection, application, statement);
                    await application.SetCapabilitiesAsync(needed.Remove(missing).Select(capability => capability.ApiName));
                    await AssertRefusedAsync(connection, refused, missing.ToString(), statement.Name);
                }

                var works = await PrepareAsync(table, connection, application, statement);
                await application.SetCapabilitiesAsync(needed.Select(capability => capability.ApiName));
                await RunAsync(connection, works);
            }
            catch (Exception e) when (e is PostgresException or Xunit.Sdk.XunitException)
            {
                wrong.Add($"{statement.Name} ({Capability.Format(needed)}): {(e is PostgresException p ? $"{p.SqlState} {p.MessageText} {p.Detail} {p.Hint}" : e.Message)}");
                await RunAsync(connection, ["rollback"]);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Reads that are still to come: they are 0A000 whatever the capabilities.
    private static bool IsNotSupported(TableStatements table, SqlUse use) =>
        use == SqlUse.Select && table.Definition.Kind is TableKind.RawTables or TableKind.ExtractionPipelineRuns;

    /// <summary>Makes what a statement needs with all capabilities; returns the statement for a key of its own.</summary>
    private async Task<string[]> PrepareAsync(
        TableStatements table, NpgsqlConnection connection, CdfApplication application, TableStatements.Statement statement)
    {
        var key = NextKey();
        foreach (var (path, body) in table.Parents)
        {
            await Gateway.Cdf.PostAsync(path, JsonNode.Parse(Of(body))!);
        }

        if (statement.Exists)
        {
            await application.SetCapabilitiesAsync(CdfAcl.All.SelectMany(acl => new[] { acl.Read.ApiName, acl.Write.ApiName }));
            await RunAsync(connection, [Of($"insert into {table.Table} ({table.Columns}) values ({table.Values})")]);
        }

        return [.. statement.Sql.Select(Of)];

        string Of(string text) => text.Replace("{k}", key, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(NpgsqlConnection connection, string[] sql, string capability, string name)
    {
        var refused = await Record.ExceptionAsync(() => RunAsync(connection, sql)) as PostgresException;
        Assert.True(refused is not null, $"{name} works without {capability}");
        Assert.True(refused.SqlState == "42501", $"{name} without {capability} is {refused.SqlState}: {refused.MessageText} {refused.Detail}");
        Assert.Contains(capability, refused.Hint, StringComparison.Ordinal);
        Assert.Contains("Groups", refused.Hint, StringComparison.Ordinal);
        await RunAsync(connection, ["rollback"]);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string[] sql)
    {
        if (sql[0].StartsWith("copy", StringComparison.Ordinal))
        {
            var writer = await connection.BeginTextImportAsync(sql[0]);
            await using (writer.ConfigureAwait(false))
            {
                await writer.WriteAsync(sql[1] + "\n");
            }

            return;
        }

        foreach (var statement in sql)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
