using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Definitions;

/// <summary>A user and a RAW database of the test's own, and a session of Npgsql.</summary>
public abstract class DefinitionTest(GatewayServer server) : IAsyncLifetime
{
    internal GatewayServer Server => server;

    internal GatewayLogin User { get; private set; } = null!;

    internal NpgsqlConnection Connection { get; private set; } = null!;

    /// <summary>The RAW database.</summary>
    protected string Database { get; } = $"ddl{Guid.NewGuid():N}"[..20];

    public virtual async ValueTask InitializeAsync()
    {
        User = await server.Cdf.RegisterUserAsync();
        Connection = await server.OpenAsync(User);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The statement that makes a table over a RAW table of the same name.</summary>
    protected string Create(string table, string columns = "title text, year timestamptz") =>
        $"CREATE FOREIGN TABLE {table} ({columns}) SERVER raw OPTIONS (database '{Database}', table '{table}', primary_key 'title')";

    /// <summary>Runs a statement in the extended protocol.</summary>
    protected async Task<int> ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, Connection);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The one value of a query.</summary>
    protected async Task<object?> ScalarAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, Connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The error of a statement.</summary>
    protected Task<PostgresException> FailsAsync(string sql) => Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql));

    /// <summary>The custom tables, as the REST API lists them.</summary>
    protected async Task<IEnumerable<string>> TablesAsync() =>
        (await server.Cdf.TablesAsync(User)).Select(table => (string)table!["tablename"]!);

    /// <summary>The keys of a RAW table's rows.</summary>
    protected async Task<IEnumerable<string>> KeysAsync(string table) =>
        (await server.Cdf.GetAsync($"raw/dbs/{Database}/tables/{table}/rows"))["items"]!.AsArray().Select(row => (string)row!["key"]!).Order(StringComparer.Ordinal);

    /// <summary>A session that speaks raw messages.</summary>
    internal Task<WireClient> ConnectAsync() => server.ConnectAsync(User);

    /// <summary>The tags and the errors' codes and messages of an answer, in order.</summary>
    internal static IEnumerable<string> Outcome(IEnumerable<WireMessage> answer) => answer.Where(message => message.Type is 'C' or 'E' or 'N').Select(message =>
        message.Type == 'C' ? message.Text : $"{message.Field('C')} {message.Field('M')}");
}
