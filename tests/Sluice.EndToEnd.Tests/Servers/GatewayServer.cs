using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Emulator;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Hosting;
using Sluice.Gateway.Users;
using Sluice.PgWire.Startup;

[assembly: AssemblyFixture(typeof(GatewayServer))]

namespace Sluice.EndToEnd.Tests.Servers;

/// <summary>
/// A whole Sluice in front of a local CDF, as <c>sluice demo --empty</c> runs it. Tests share it: each registers a user or takes the first one,
/// and uses external ids of its own.
/// </summary>
public sealed class GatewayServer : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sluice-e2e-");
    private readonly EmbeddedEngine _engine;
    private WebApplication? _gateway;
    private CdfEmulator? _emulator;

    public GatewayServer()
        : this(new EmbeddedEngine { UserDatabaseMegabytes = 100, UserDatabaseCheckInterval = TimeSpan.FromMilliseconds(300) })
    {
    }

    /// <summary>One of a test's own, with other bounds.</summary>
    internal GatewayServer(EmbeddedEngine engine) => _engine = engine;

    /// <summary>The clock of Sluice and of CDF.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long tokens of the identity provider live, at first.</summary>
    internal TimeSpan TokenLifetime { get; init; } = new EmulatorOptions().TokenLifetime;

    /// <summary>Who may connect with a token.</summary>
    internal TokenSignIn TokenSignIn { get; init; } = new();

    /// <summary>Where Sluice keeps what it keeps.</summary>
    internal string DataDirectory => Path.Combine(_directory.FullName, "data");

    /// <summary>The CDF behind Sluice, as an administrator sees it.</summary>
    internal CdfAdministrator Cdf { get; private set; } = null!;

    /// <summary>That CDF itself.</summary>
    internal CdfEmulator Emulator => _emulator!;

    /// <summary>Sluice's address for administrators.</summary>
    internal Uri Api { get; private set; } = null!;

    /// <summary>The user that most tests connect as.</summary>
    internal GatewayLogin User { get; private set; } = null!;

    /// <summary>Sluice's address for PostgreSQL clients.</summary>
    internal IPEndPoint EndPoint { get; private set; } = null!;

    /// <summary>The certificate authority of Sluice's certificate, PEM.</summary>
    internal string CaFile => Path.Combine(DataDirectory, "tls", "ca.pem");

    /// <summary>What Sluice has logged.</summary>
    internal LogLines Log { get; } = new();

    public async ValueTask InitializeAsync()
    {
        // A root's engine runs as another user, who has to pass through.
        File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0b111_101_101);
        _emulator = await CdfEmulator.StartAsync(new EmulatorOptions { Clock = Time, TokenLifetime = TokenLifetime });
        var cluster = _emulator.BaseUrl.GetLeftPart(UriPartial.Authority);
        var options = new GatewayOptions
        {
            DataDirectory = DataDirectory,
            Postgres = new PostgresEndpoint { TokenSignIn = TokenSignIn },
            Cdf = new CdfCluster { BaseUrl = cluster, TokenHosts = cluster, MaxAttempts = 3 },
            Engine = _engine,
        };

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(Log);
        builder.Services.AddSingleton(Time);
        builder.Services.AddSluiceGateway(options);
        ListenOptions? postgres = null;
        ListenOptions? api = null;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => (postgres = listen).UsePostgres());
            kestrel.Listen(IPAddress.Loopback, 0, listen => api = listen);
        });
        _gateway = builder.Build();
        _gateway.MapSluiceApi();
        await _gateway.StartAsync();
        EndPoint = postgres!.IPEndPoint!;
        Api = new Uri($"http://{api!.IPEndPoint}");
        Cdf = await CdfAdministrator.SignInAsync(_emulator, Api);
        User = await Cdf.RegisterUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Cdf?.Dispose();
        if (_gateway is not null)
        {
            await _gateway.StopAsync();
            await _gateway.DisposeAsync();
        }

        if (_emulator is not null)
        {
            await _emulator.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    /// <summary>A new user with these options.</summary>
    internal async Task<GatewayLogin> RegisterAsync(UserOptions options)
    {
        var login = await Cdf.RegisterUserAsync();
        await SetOptionsAsync(login, options);
        return login;
    }

    /// <summary>Changes the options of a user, for sessions that begin afterwards.</summary>
    internal async Task SetOptionsAsync(GatewayLogin login, UserOptions options) =>
        Assert.NotNull(await _gateway!.Services.GetRequiredService<UserStore>().ChangeOptionsAsync(
            login.Username, _ => options, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken));

    /// <summary>A connection of Npgsql, over TLS with the certificate checked.</summary>
    internal async Task<NpgsqlConnection> OpenAsync(GatewayLogin? login = null)
    {
        var connection = new NpgsqlConnection(ConnectionString(login ?? User));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>The password with which foreign tables of a user read from Sluice.</summary>
    internal async Task<string> ScanSecretAsync(GatewayLogin login)
    {
        var engine = _gateway!.Services.GetRequiredService<IEngine>();
        return (await ScanSecrets.LoadAsync(engine.Database, TestContext.Current.CancellationToken)).For(login.Username);
    }

    /// <summary>What a query of Sluice's own role, in its own database, finds: one value as text.</summary>
    internal async Task<string?> AskEngineAsync(string sql)
    {
        await using var command = _gateway!.Services.GetRequiredService<IEngine>().Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is { } value and not DBNull ? $"{value}" : null;
    }

    /// <summary>A connection string of Npgsql; without pooling, so that a test's session ends with it.</summary>
    internal string ConnectionString(GatewayLogin login) => new NpgsqlConnectionStringBuilder
    {
        Host = "localhost",
        Port = EndPoint.Port,
        Database = login.Username,
        Username = login.Username,
        Password = login.Password,
        SslMode = SslMode.VerifyFull,
        RootCertificate = CaFile,
        Pooling = false,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>A connection that speaks raw messages, without TLS.</summary>
    internal Task<WireClient> ConnectAsync(GatewayLogin? login = null) =>
        WireClient.ConnectAsync(EndPoint, (login ?? User).Username, (login ?? User).Password);
}

/// <summary>A gateway user as its administrator got it.</summary>
internal sealed record GatewayLogin(string Username, string Password);
