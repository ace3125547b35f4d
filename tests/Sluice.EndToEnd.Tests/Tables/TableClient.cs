using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>A connection that writes rows, and what CDF then has of them.</summary>
internal sealed class TableClient : IAsyncDisposable
{
    private readonly GatewayServer _server;
    private readonly NpgsqlConnection _connection;
    private readonly List<PostgresNotice> _notices = [];

    private TableClient(GatewayServer server, NpgsqlConnection connection)
    {
        _server = server;
        _connection = connection;
        connection.Notice += (_, e) => _notices.Add(e.Notice);
    }

    /// <summary>Notices and warnings so far.</summary>
    public IReadOnlyList<PostgresNotice> Notices => _notices;

    public NpgsqlConnection Connection => _connection;

    public static async Task<TableClient> OpenAsync(GatewayServer server) => new(server, await server.OpenAsync());

    /// <summary>Runs a statement without parameters; the number of its tag.</summary>
    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Copies lines of text format, columns separated by tabs.</summary>
    public async Task CopyAsync(string target, params IEnumerable<string> lines)
    {
        var writer = await _connection.BeginTextImportAsync($"COPY {target} FROM STDIN");
        await using (writer.ConfigureAwait(false))
        {
            foreach (var line in lines)
            {
                await writer.WriteAsync(line + "\n");
            }
        }
    }

    /// <summary>The error of a statement or a copy.</summary>
    public static Task<PostgresException> FailsAsync(Func<Task> work) => Assert.ThrowsAsync<PostgresException>(work);

    /// <summary>Asserts that CDF's item has exactly these fields beside those that it makes itself.</summary>
    public static void AssertItem(string expected, JsonNode? item, params string[] made)
    {
        var rest = item!.DeepClone().AsObject();
        foreach (var field in made)
        {
            Assert.True(rest.Remove(field), $"{field} is not in {item.ToJsonString()}");
        }

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), rest), $"expected {expected}, found {rest.ToJsonString()}");
    }

    /// <summary>The item of this external id.</summary>
    public async Task<JsonNode?> ItemAsync(string resource, string externalId) => (await _server.Cdf.ByExternalIdsAsync(resource, externalId)).SingleOrDefault();

    /// <summary>A new data set's id.</summary>
    public async Task<long> NewDataSetAsync(string name)
    {
        var answer = await _server.Cdf.PostAsync("datasets", new { items = new[] { new { externalId = name, name = name[..Math.Min(50, name.Length)] } } });
        return (long)answer["items"]![0]!["id"]!;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
