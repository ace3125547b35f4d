using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Clients;

/// <summary>Drivers of other languages: Debian's psycopg2 and pgjdbc, run as their users run them.</summary>
public sealed class ScriptedClientTests(GatewayServer server)
{
    private readonly string _name = $"client-{Guid.NewGuid():N}";

    [Fact]
    public async Task Psycopg2_inserts_and_copies()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        var script =
            """
            import io, os, psycopg2, psycopg2.extras
            name = os.environ['NAME']
            connection = psycopg2.connect(os.environ['DSN'])
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("select version()")
            assert cursor.fetchone()[0].startswith('PostgreSQL ')
            cursor.execute("insert into assets (external_id, name, source) values (%s, %s, %s)", (name + '-0', "It's one", None))
            assert cursor.rowcount == 1, cursor.rowcount
            psycopg2.extras.execute_values(cursor, "insert into assets (external_id, name) values %s", [(f'{name}-{i}', 'many') for i in range(1, 101)])
            psycopg2.extras.execute_batch(cursor, "insert into assets (external_id, name) values (%s, %s)", [(f'{name}-{i}', 'batch') for i in range(101, 201)])
            data = ''.join(f'{name}\t2024-01-01 00:00:{i:02d}+00\t{i}\n' for i in range(60))
            cursor.copy_expert("copy double_datapoints (external_id, timestamp, value) from stdin", io.StringIO(data))
            assert cursor.rowcount == 60, cursor.rowcount
            try:
                cursor.execute("insert into assets (external_id, name) values (%s, 'again')", (name + '-0',))
                assert False, 'no error'
            except psycopg2.errors.UniqueViolation as e:
                assert name + '-0' in str(e), e
            cursor.execute("select 1")
            connection.autocommit = False
            cursor.execute("insert into assets (external_id, name) values (%s, 'rolled back')", (name + '-201',))
            assert cursor.rowcount == 1, cursor.rowcount
            connection.rollback()
            """;
        (await ClientProcess.RunAsync("/usr/bin/python3", ["-"], Environment("sslmode=verify-full sslrootcert={ca}"), script)).Succeeded();
        Assert.Equal(201, (await server.Cdf.ByExternalIdsAsync("assets", Enumerable.Range(0, 202).Select(i => $"{_name}-{i}"))).Count);
        Assert.Equal(60, (await server.Cdf.PointsAsync(_name)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pgjdbc_inserts_in_batches_and_copies(bool rewriteBatchedInserts)
    {
        await server.Cdf.CreateSeriesAsync(_name);
        var source = Path.Combine(Directory.CreateTempSubdirectory("sluice-jdbc-").FullName, "Load.java");
        await File.WriteAllTextAsync(
            source,
            """
            import java.io.StringReader;
            import java.sql.*;
            import org.postgresql.PGConnection;

            public class Load {
                public static void main(String[] args) throws Exception {
                    String name = System.getenv("NAME");
                    try (Connection c = DriverManager.getConnection(args[0], System.getenv("PGUSER"), System.getenv("PGPASSWORD"))) {
                        try (PreparedStatement s = c.prepareStatement("INSERT INTO events (external_id, start_time, type) VALUES (?, ?::timestamptz, ?)")) {
                            for (int i = 0; i < 300; i++) {
                                s.setString(1, name + "-" + i);
                                s.setString(2, "2024-01-01 00:00:00+00");
                                s.setString(3, null);
                                s.addBatch();
                            }
                            int[] counts = s.executeBatch();
                            if (counts.length != 300) throw new Exception("counts " + counts.length);
                        }
                        long rows = c.unwrap(PGConnection.class).getCopyAPI().copyIn(
                            "COPY double_datapoints (external_id, timestamp, value) FROM STDIN WITH (FORMAT csv)",
                            new StringReader(name + ",2024-01-01T00:00:00Z,1.5\n" + name + ",2024-01-01T00:00:01Z,2.5\n"));
                        if (rows != 2) throw new Exception("rows " + rows);
                        try (ResultSet r = c.getMetaData().getColumns(null, null, "assets", "%")) {
                            int columns = 0;
                            while (r.next()) columns++;
                            if (columns != 14) throw new Exception("columns of assets: " + columns);
                        }
                        try (Statement s = c.createStatement()) {
                            s.executeUpdate("INSERT INTO events (external_id) VALUES ('" + name + "-0')");
                            throw new Exception("no error");
                        } catch (SQLException e) {
                            if (!"23505".equals(e.getSQLState())) throw e;
                        }
                        c.createStatement().executeQuery("SELECT 1").close();
                    }
                }
            }
            """);
        var url = $"jdbc:postgresql://localhost:{server.EndPoint.Port}/{server.User.Username}?sslmode=verify-full&sslrootcert={server.CaFile}"
            + $"&reWriteBatchedInserts={rewriteBatchedInserts}".ToLowerInvariant().Replace("rewritebatchedinserts", "reWriteBatchedInserts");
        (await ClientProcess.RunAsync("java", ["-cp", "/usr/share/java/postgresql.jar", source, url], Environment(""))).Succeeded();
        Assert.Equal(300, (await server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 300).Select(i => $"{_name}-{i}"))).Count);
        Assert.Equal([1.5, 2.5], (await server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
        Directory.GetParent(source)!.Delete(recursive: true);
    }

    private Dictionary<string, string> Environment(string tls) => new()
    {
        ["NAME"] = _name,
        ["DSN"] = $"host=localhost port={server.EndPoint.Port} dbname={server.User.Username} {tls.Replace("{ca}", server.CaFile)}",
        ["PGUSER"] = server.User.Username,
        ["PGPASSWORD"] = server.User.Password,
    };
}
