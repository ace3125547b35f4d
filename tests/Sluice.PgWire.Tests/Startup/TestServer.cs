using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

/// <summary>A listener on a free loopback port with two users and a session that answers SELECT 1.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string User = "alice";
    public const string Password = "correct horse ~ battery";

    private readonly WebApplication _application;
    private readonly string? _certificates;
    private readonly StrongBox<EndPoint?> _remote;

    private TestServer(WebApplication application, string? certificates, StrongBox<EndPoint?> remote, int port)
    {
        _application = application;
        _certificates = certificates;
        _remote = remote;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Where clients that connect from now on seem to come from; <see langword="null"/> for the truth.</summary>
    public EndPoint? Remote
    {
        get => _remote.Value;
        set => _remote.Value = value;
    }

    public SelectOneSession Session => _application.Services.GetRequiredService<SelectOneSession>();

    public CancelKeys CancelKeys => _application.Services.GetRequiredService<CancelKeys>();

    public string Certificates => _certificates!;

    public string AuthorityFile => Path.Combine(_certificates!, "ca.pem");

    public static async Task<TestServer> StartAsync(bool tls = true, PgServerOptions? options = null, EndPoint? remote = null, TimeProvider? time = null, IAccessTokens? tokens = null)
    {
        var address = new StrongBox<EndPoint?>(remote);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        string? directory = null;
        if (tls)
        {
            directory = Directory.CreateTempSubdirectory("sluice-tls").FullName;
            SelfSignedFiles files = SelfSignedCertificate.Ensure(directory, [], TimeProvider.System);
            builder.Services.AddSingleton<ITlsCertificateSource>(new PemCertificateSource(
                files.Certificate, files.Key, time ?? TimeProvider.System, NullLogger<PemCertificateSource>.Instance));
        }

        builder.Services.AddSingleton(time ?? TimeProvider.System);
        if (tokens is not null)
        {
            builder.Services.AddSingleton(tokens);
        }

        builder.Services.AddPgWire(options ?? new PgServerOptions());
        builder.Services.AddSingleton<SelectOneSession>();
        builder.Services.AddSingleton<ISessionHandler>(provider => provider.GetRequiredService<SelectOneSession>());
        builder.Services.AddSingleton<ICredentialStore, TwoUsers>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Use(next => connection =>
            {
                connection.RemoteEndPoint = address.Value ?? connection.RemoteEndPoint;
                return next(connection);
            });

            listen.UsePostgres();
        }));
        WebApplication application = builder.Build();
        await application.StartAsync();
        string url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new TestServer(application, directory, address, new Uri(url).Port);
    }

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        if (_certificates is not null)
        {
            Directory.Delete(_certificates, recursive: true);
        }
    }

    private sealed class TwoUsers : ICredentialStore
    {
        private readonly Dictionary<string, ScramVerifier> _users = new(StringComparer.Ordinal)
        {
            [User] = ScramVerifier.Create(Password),
            ["bob"] = ScramVerifier.Create("bob's own"),
        };

        public ValueTask<ScramVerifier?> FindAsync(string user, CancellationToken cancellationToken) =>
            ValueTask.FromResult(_users.GetValueOrDefault(user));
    }
}
