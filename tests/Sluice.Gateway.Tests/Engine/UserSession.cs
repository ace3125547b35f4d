using Npgsql;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>One user's session for all tests of a class.</summary>
public sealed class UserSession(EngineFixture fixture) : IAsyncLifetime
{
    private NpgsqlConnection? _connection;

    public NpgsqlConnection Connection => _connection!;

    public async ValueTask InitializeAsync() => _connection = await fixture.ConnectAsNewUserAsync();

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }
}
