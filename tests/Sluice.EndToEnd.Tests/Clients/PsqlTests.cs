using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Clients;

/// <summary>psql, as a person uses it.</summary>
public sealed class PsqlTests(GatewayServer server)
{
    [Theory]
    [InlineData("sslmode=require")]
    [InlineData("sslmode=verify-full sslrootcert={ca}")]
    [InlineData("sslmode=disable")]
    public async Task Connects(string tls)
    {
        var result = (await RunAsync(["-c", "select version()"], tls)).Succeeded();
        Assert.StartsWith("PostgreSQL ", result.Output);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_are_told_the_same()
    {
        var wrong = await RunAsync(["-c", "select 1"], password: "wrong");
        var unknown = await RunAsync(["-c", "select 1"], user: "nobody");
        Assert.Contains($"FATAL:  password authentication failed for user \"{server.User.Username}\"", wrong.Errors);
        Assert.Contains("FATAL:  password authentication failed for user \"nobody\"", unknown.Errors);
        Assert.Equal((2, 2), (wrong.ExitCode, unknown.ExitCode));
    }

    [Fact]
    public async Task Another_database_does_not_exist()
    {
        var result = await RunAsync(["-c", "select 1"], database: "postgres");
        Assert.Contains("FATAL:  database \"postgres\" does not exist", result.Errors);
    }

    [Fact]
    public async Task Lists_and_describes_the_tables()
    {
        var list = (await RunAsync(["-c", @"\dt"])).Succeeded();
        foreach (var table in (string[])["assets", "events", "time_series", "double_datapoints", "string_datapoints", "raw_rows"])
        {
            Assert.Contains($"public|{table}|table|", list.Output);
        }

        var assets = (await RunAsync(["-c", @"\d assets"])).Succeeded();
        Assert.Contains("id|bigint||not null|generated always as identity", assets.Output);
        Assert.Contains("external_id|character varying(255)|||", assets.Output);
        Assert.Contains("metadata|json|||", assets.Output);
        Assert.Contains("created_time|timestamp with time zone|", assets.Output);
        (await RunAsync(["-c", @"\d"])).Succeeded();
    }

    [Fact]
    public async Task Reads_no_CDF_table_yet_but_describes_it()
    {
        var result = await RunAsync(["-c", "select * from assets limit 0", "-c", "select * from events where false", "-c", "select * from assets"]);
        Assert.Contains("0A000", result.Errors);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task Copies_a_file_into_assets_and_says_how_many()
    {
        var name = $"psql-{Guid.NewGuid():N}";
        var csv = $"external_id,name,metadata\n{name}-1,First,\"{{\"\"a\"\": 1}}\"\n{name}-2,\"Second, with a comma\",\n";
        var result = (await RunAsync(["-c", @"\copy assets (external_id, name, metadata) from pstdin with (format csv, header)"], input: csv)).Succeeded();
        Assert.Equal("COPY 2", result.Output.Trim());
        var stored = await server.Cdf.ByExternalIdsAsync("assets", $"{name}-1", $"{name}-2");
        Assert.Equal(["First", "Second, with a comma"], stored.Select(a => (string)a!["name"]!).Order());
        Assert.Equal("1", (string?)stored.Single(a => (string)a!["name"]! == "First")!["metadata"]!["a"]);
    }

    [Fact]
    public async Task Copies_a_table_of_its_own_to_and_fro_and_uses_transactions_on_it()
    {
        var script =
            """
            create temp table t(a int, b text);
            \copy t from pstdin
            1	one
            2	two
            \.
            begin; delete from t where a = 1; rollback;
            begin; insert into t values (3, 'three'); commit;
            \copy t to pstdout with (format csv)
            """;
        var result = (await RunAsync(["-f", "-"], input: script)).Succeeded();
        Assert.Contains("1,one\n2,two\n3,three\n", result.Output);
    }

    [Fact]
    public async Task A_bad_line_is_named_and_the_session_goes_on()
    {
        var script =
            """
            \copy double_datapoints (external_id, timestamp, value) from pstdin with (format csv)
            x,2024-01-01T00:00:00Z,1
            x,2024-01-02T00:00:00Z,one
            \.
            select 'still here';
            """;
        var result = await RunAsync(["-f", "-"], input: script, stopOnError: false);
        Assert.Contains("ERROR:  22P02: invalid input syntax for type double precision: \"one\"", result.Errors);
        Assert.Contains("CONTEXT:  COPY double_datapoints, line 2, column value: \"one\"", result.Errors);
        Assert.Contains("DETAIL:  No row of the statement is stored.", result.Errors);
        Assert.Contains("still here", result.Output);
    }

    [Fact]
    public async Task Makes_a_table_over_RAW_describes_fills_and_drops_it()
    {
        var name = $"psql_{Guid.NewGuid():N}";
        var script =
            $"""
            CREATE FOREIGN TABLE {name} (title text, year timestamptz) SERVER raw
                OPTIONS (database 'psql', table '{name}', primary_key 'title');
            \d {name}
            \des
            \dew
            \copy {name} (title) from pstdin
            Alien
            \.
            SELECT title FROM {name} WHERE title = 'Alien';
            CREATE FOREIGN TABLE {name} (title citext) SERVER raw OPTIONS (database 'psql', table 't');
            DROP TABLE IF EXISTS {name};
            DROP TABLE {name};
            """;
        var result = await RunAsync(["-f", "-"], input: script, stopOnError: false);

        Assert.Contains("CREATE FOREIGN TABLE\ntitle|text||not null|\nyear|timestamp with time zone|||", result.Output, StringComparison.Ordinal);
        Assert.Contains("raw|sluice|postgres_fdw", result.Output, StringComparison.Ordinal);
        Assert.Contains("data_models|sluice|postgres_fdw", result.Output, StringComparison.Ordinal);
        Assert.Contains("COPY 1\nAlien\nDROP TABLE", result.Output, StringComparison.Ordinal);
        Assert.Contains($"ERROR:  42P07: relation \"{name}\" already exists", result.Errors, StringComparison.Ordinal);
        Assert.Contains($"ERROR:  42P01: table \"{name}\" does not exist", result.Errors, StringComparison.Ordinal);
    }

    private Task<ClientProcess.Result> RunAsync(
        IEnumerable<string> arguments,
        string tls = "sslmode=require",
        string? user = null,
        string? password = null,
        string? database = null,
        string input = "",
        bool stopOnError = true)
    {
        user ??= server.User.Username;
        var connection = $"host=localhost port={server.EndPoint.Port} user={user} dbname={database ?? user} {tls.Replace("{ca}", server.CaFile)}";
        return ClientProcess.RunAsync(
            "psql",
            ["-X", "-A", "-t", "-v", "VERBOSITY=verbose", "-v", $"ON_ERROR_STOP={(stopOnError ? 1 : 0)}", .. arguments, connection],
            new Dictionary<string, string> { ["PGPASSWORD"] = password ?? server.User.Password },
            input);
    }
}
