using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Definitions;

/// <summary>CREATE FOREIGN TABLE: the same tables as the REST API makes.</summary>
public sealed class CreateForeignTableTests(GatewayServer server) : IAsyncLifetime
{
    private const string Movies = "CREATE FOREIGN TABLE movies (title text NOT NULL, year timestamptz, tags text[]) SERVER raw ";

    private readonly string _database = $"ddl{Guid.NewGuid():N}"[..20];
    private GatewayLogin _user = null!;
    private NpgsqlConnection _connection = null!;

    private string MoviesOptions => $"OPTIONS (database '{_database}', table 'movies', primary_key 'title')";

    public async ValueTask InitializeAsync()
    {
        _user = await server.Cdf.RegisterUserAsync();
        _connection = await server.OpenAsync(_user);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task A_table_over_RAW_takes_rows_at_once_by_insert_and_by_copy()
    {
        Assert.Equal(-1, await ExecuteAsync(Movies + MoviesOptions));
        Assert.Equal(1, await ExecuteAsync("INSERT INTO movies (title, year, tags) VALUES ('Alien', '1979-05-25Z', '{a,b}')"));
        var copy = await _connection.BeginTextImportAsync("COPY movies (title, year) FROM STDIN", TestContext.Current.CancellationToken);
        await using (copy.ConfigureAwait(false))
        {
            await copy.WriteAsync("Aliens\t1986-07-18Z\n");
        }

        var rows = (await server.Cdf.GetAsync($"raw/dbs/{_database}/tables/movies/rows"))["items"]!.AsArray();
        Assert.Equal(["Alien", "Aliens"], rows.Select(row => (string?)row!["key"]).Order(StringComparer.Ordinal));
        Assert.Equal("""["a","b"]""", rows.Single(row => (string?)row!["key"] == "Alien")!["columns"]!["tags"]!.ToJsonString());
        Assert.Equal("23502", (await FailsAsync("INSERT INTO movies (title) VALUES (NULL)")).SqlState);
    }

    [Fact]
    public async Task The_REST_API_lists_and_deletes_it()
    {
        await ExecuteAsync(Movies + MoviesOptions);
        var listed = (await server.Cdf.TablesAsync(_user)).Single()!;
        var deleted = await server.Cdf.GatewayAsync($"tables/{_user.Username}/delete", """{"items":[{"tablename":"movies"}]}""");

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                $$$$"""
                {"type":"raw_rows","tablename":"movies","options":{"database":"{{{{_database}}}}","table":"movies","primaryKey":"title"},
                 "columns":{"title":{"type":"TEXT"},"year":{"type":"TIMESTAMPTZ"},"tags":{"type":"TEXT[]"}}}
                """),
            listed), listed.ToJsonString());
        Assert.Equal("{}", deleted.Body);
        Assert.Equal("42P01", (await FailsAsync("INSERT INTO movies (title) VALUES ('Alien')")).SqlState);
    }

    private Task<int> ExecuteAsync(string sql) => new NpgsqlCommand(sql, _connection).ExecuteNonQueryAsync();

    private Task<PostgresException> FailsAsync(string sql) => Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql));
}
