using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.EndToEnd.Tests.Relay;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Startup;

[assembly: AssemblyFixture(typeof(RelayServer))]

namespace Sluice.EndToEnd.Tests.Relay;

/// <summary>
/// An engine, and Sluice's sessions in front of it, for users that tests reach through Sluice or directly.
/// </summary>
public sealed class RelayServer : IAsyncLifetime
{
    private const string Password = "a password of a test";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sluice-relay-");
    private EmbeddedPostgres? _engine;
    private WebApplication? _app;

    internal EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    public async ValueTask InitializeAsync()
    {
        // A root's engine runs as another user, who has to pass through.
        File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0b111_101_101);
        var options = new EngineOptions { DataDirectory = Path.Combine(_directory.FullName, "engine") };
        _engine = new EmbeddedPostgres(options, NullLogger<EmbeddedPostgres>.Instance);
        await _engine.StartAsync(CancellationToken.None);
        var databases = await UserDatabases.CreateAsync(_engine, options, NullLogger<UserDatabases>.Instance, CancellationToken.None);
        foreach (var user in (string[])["relayed", "direct", "plain"])
        {
            await databases.EnsureAsync(user, [], CancellationToken.None);
        }

        await using (var grant = _engine.Database.CreateCommand("GRANT CREATE ON DATABASE plain TO plain"))
        {
            await grant.ExecuteNonQueryAsync();
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPgWire(new PgServerOptions());
        builder.Services.AddSingleton<ICredentialStore>(new Credentials());
        builder.Services.AddSingleton<ISessionUsers>(new Users(databases));
        builder.Services.AddSingleton<ScanSessions>();
        builder.Services.AddSingleton<ISessionHandler, SessionHandler>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UsePostgres()));
        _app = builder.Build();
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(address).Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    internal Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(EndPoint, "relayed", Password);

    internal Task<WireClient> ConnectDirectlyAsync() => ConnectToEngineAsync("direct");

    /// <summary>To a PostgreSQL where schemas and tables may be made.</summary>
    internal Task<WireClient> ConnectToPlainPostgresAsync() => ConnectToEngineAsync("plain");

    private Task<WireClient> ConnectToEngineAsync(string user) => WireClient.ConnectAsync(
        new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_engine!.SocketDirectory, $".s.PGSQL.{_engine.Port}")), user, Password);

    private sealed class Credentials : ICredentialStore
    {
        private readonly ScramVerifier _verifier = ScramVerifier.Create(Password);

        public ValueTask<ScramVerifier?> FindAsync(string user, CancellationToken cancellationToken) =>
            ValueTask.FromResult(user == "relayed" ? _verifier : null);
    }

    private sealed class Users(UserDatabases databases) : ISessionUsers
    {
        public async ValueTask<SessionUser> OpenAsync(string username, CancellationToken cancellationToken) => new()
        {
            Username = username,
            Login = await databases.EnsureAsync(username, [], cancellationToken),
            Tables = () => TableCatalog.BuiltInOnly,
            Definitions = null!,
            Writes = null!,
        };
    }
}
