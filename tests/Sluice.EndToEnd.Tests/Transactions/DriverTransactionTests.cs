using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Clients;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>Transactions as drivers and psql make them, with their own time-outs.</summary>
public sealed class DriverTransactionTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private readonly string _name = $"driver-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    [Fact]
    public async Task Psql_in_one_transaction_and_with_a_savepoint_around_every_statement()
    {
        var script =
            $"""
            insert into assets (external_id, name) values ('{_name}-1', 'n');
            copy assets (external_id, name) from stdin;
            {_name}-2	two
            {_name}-3	three
            \.
            update assets set name = 'changed' where external_id = '{_name}-2';
            """;
        (await PsqlAsync(script, "-1")).Succeeded();
        Assert.Equal(["n", "changed", "three"], await NamesAsync(1, 2, 3));

        var failing = await PsqlAsync($"insert into assets (external_id, name) values ('{_name}-4', 'n');\nselect 1/0;", "-1", "-v", "ON_ERROR_STOP=1");
        Assert.Equal(3, failing.ExitCode);
        Assert.Empty(await NamesAsync(4));

        script =
            $"""
            \set ON_ERROR_ROLLBACK on
            begin;
            insert into assets (external_id, name) values ('{_name}-5', 'n');
            insert into assets (external_id, name) values ('{_name}-5', 'again');
            insert into assets (external_id, name) values ('{_name}-6', 'n');
            commit;
            """;
        var saved = await PsqlAsync(script);
        Assert.Contains("23505", saved.Errors);
        Assert.Equal(["n", "n"], await NamesAsync(5, 6));
    }

    [Fact]
    public async Task Psycopg2_without_autocommit()
    {
        var script =
            """
            import io, os, psycopg2, psycopg2.extensions, psycopg2.extras
            name = os.environ['NAME']
            connection = psycopg2.connect(os.environ['DSN'])
            cursor = connection.cursor()
            psycopg2.extras.execute_values(cursor, "insert into assets (external_id, name) values %s", [(f'{name}-{i}', 'n') for i in range(1, 301)])
            cursor.copy_expert("copy assets (external_id, name) from stdin", io.StringIO(''.join(f'{name}-{i}\tn\n' for i in range(301, 401))))
            assert cursor.rowcount == 100, cursor.rowcount
            connection.commit()
            cursor.executemany("insert into assets (external_id, name) values (%s, 'n')", [(f'{name}-{i}',) for i in range(401, 500)])
            connection.rollback()
            cursor.execute("insert into assets (external_id, name) values (%s, 'exists')", (name + '-1',))
            try:
                connection.commit()
                assert False, 'no error'
            except psycopg2.errors.UniqueViolation as e:
                assert name + '-1' in str(e), e
            assert connection.status == psycopg2.extensions.STATUS_READY, connection.status
            with connection:
                cursor.execute("insert into assets (external_id, name) values (%s, 'n')", (name + '-500',))
            connection.close()
            """;
        (await ClientProcess.RunAsync("/usr/bin/python3", ["-"], Environment(), script)).Succeeded();
        var stored = await Server.Cdf.ByExternalIdsAsync("assets", Enumerable.Range(1, 500).Select(i => $"{_name}-{i}"));
        Assert.Equal(401, stored.Count);
    }

    [Fact]
    public async Task Pgjdbc_row_by_row_with_autosave_and_without_rewriting()
    {
        var before = await Server.Cdf.RequestsAsync("POST", "/events");
        await RunJavaAsync(
            """
            c.setAutoCommit(false);
            try (PreparedStatement s = c.prepareStatement("INSERT INTO events (external_id, type) VALUES (?, ?)")) {
                for (int i = 1; i <= 1500; i++) {
                    s.setString(1, name + "-" + i);
                    s.setString(2, "t");
                    if (s.executeUpdate() != 1) throw new Exception("count");
                    if (i % 500 == 0) {
                        try {
                            s.executeUpdate();
                            throw new Exception("no error");
                        } catch (SQLException e) {
                            if (!"23505".equals(e.getSQLState())) throw e;
                        }
                    }
                }
                for (int i = 1501; i <= 2000; i++) {
                    s.setString(1, name + "-" + i);
                    s.setString(2, "batch");
                    s.addBatch();
                }
                for (int n : s.executeBatch()) if (n != 1) throw new Exception("batch " + n);
            }
            Savepoint point = c.setSavepoint();
            c.createStatement().executeUpdate("INSERT INTO events (external_id) VALUES ('" + name + "-2001')");
            c.rollback(point);
            c.commit();
            try (Statement s = c.createStatement()) {
                s.executeUpdate("INSERT INTO events (external_id) VALUES ('" + name + "-1')");
                c.commit();
                throw new Exception("no error");
            } catch (SQLException e) {
                if (!"23505".equals(e.getSQLState())) throw e;
            }
            c.setAutoCommit(true);
            """,
            "&autosave=always");
        Assert.Equal(2, await Server.Cdf.RequestsAsync("POST", "/events") - before - 1);
        var stored = 0;
        foreach (var page in Enumerable.Range(1, 2_001).Select(i => $"{_name}-{i}").Chunk(1_000))
        {
            stored += (await Server.Cdf.ByExternalIdsAsync("events", page)).Count;
        }

        Assert.Equal(2_000, stored);
    }

    [Fact]
    public async Task A_COMMIT_may_take_longer_than_Npgsqls_command_timeout()
    {
        var connectionString = new NpgsqlConnectionStringBuilder(Server.ConnectionString(Server.User)) { CommandTimeout = 1, Options = "-c sluice.keepalive=200ms" };
        await using var connection = new NpgsqlConnection(connectionString.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"INSERT INTO assets (external_id, name) VALUES ('{_name}-1', 'n')", connection, transaction))
        {
            await command.ExecuteNonQueryAsync();
        }

        await using (await SlowAsync("*/assets"))
        {
            await transaction.CommitAsync();
        }

        Assert.Equal(["n"], await NamesAsync(1));
    }

    [Fact]
    public async Task A_COMMIT_may_take_longer_than_pgjdbcs_socket_timeout()
    {
        await using var slow = await SlowAsync("*/assets");
        await RunJavaAsync(
            """
            c.createStatement().execute("SET sluice.keepalive = '200ms'");
            c.setAutoCommit(false);
            c.createStatement().executeUpdate("INSERT INTO assets (external_id, name) VALUES ('" + name + "-1', 'n')");
            c.commit();
            """,
            "&socketTimeout=1");
        Assert.Equal(["n"], await NamesAsync(1));
    }

    private Task<IAsyncDisposable> SlowAsync(string path) => Server.Cdf.BreakAsync(
        new JsonObject { ["id"] = "slow", ["method"] = "POST", ["path"] = path, ["action"] = "latency", ["milliseconds"] = 3_000 });

    private async Task<IEnumerable<string>> NamesAsync(params int[] numbers)
    {
        var stored = await Server.Cdf.ByExternalIdsAsync("assets", numbers.Select(i => $"{_name}-{i}"));
        return stored.OrderBy(asset => (string)asset!["externalId"]!, StringComparer.Ordinal).Select(asset => (string)asset!["name"]!);
    }

    private Task<ClientProcess.Result> PsqlAsync(string script, params string[] options) =>
        ClientProcess.RunAsync("psql", ["-X", "-v", "VERBOSITY=sqlstate", .. options, Environment()["DSN"]], Environment(), script);

    private async Task RunJavaAsync(string body, string options)
    {
        var directory = Directory.CreateTempSubdirectory("sluice-jdbc-");
        var source = Path.Combine(directory.FullName, "Run.java");
        await File.WriteAllTextAsync(
            source,
            $$"""
            import java.sql.*;

            public class Run {
                public static void main(String[] args) throws Exception {
                    String name = System.getenv("NAME");
                    try (Connection c = DriverManager.getConnection(args[0], System.getenv("PGUSER"), System.getenv("PGPASSWORD"))) {
                        {{body}}
                    }
                }
            }
            """);
        var url = $"jdbc:postgresql://localhost:{Server.EndPoint.Port}/{Server.User.Username}?sslmode=verify-full&sslrootcert={Server.CaFile}{options}";
        (await ClientProcess.RunAsync("java", ["-cp", "/usr/share/java/postgresql.jar", source, url], Environment())).Succeeded();
        directory.Delete(recursive: true);
    }

    private Dictionary<string, string> Environment() => new()
    {
        ["NAME"] = _name,
        ["DSN"] = $"host=localhost port={Server.EndPoint.Port} dbname={Server.User.Username} sslmode=verify-full sslrootcert={Server.CaFile}",
        ["PGUSER"] = Server.User.Username,
        ["PGPASSWORD"] = Server.User.Password,
    };
}
