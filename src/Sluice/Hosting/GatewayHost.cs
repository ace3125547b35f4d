using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Configuration;
using Sluice.Gateway.Admin;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Hosting;
using Sluice.PgWire.Startup;

namespace Sluice.Hosting;

/// <summary>A running gateway: one host, with an endpoint for PostgreSQL clients and one for the REST API.</summary>
internal sealed partial class GatewayHost : IAsyncDisposable
{
    /// <summary>How long, after the grace for sessions, the rest may take to stop.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _application;

    private GatewayHost(WebApplication application, IPEndPoint? postgres, Uri? api)
    {
        _application = application;
        Postgres = postgres;
        Api = api;
    }

    /// <summary>The first TCP address for PostgreSQL clients.</summary>
    public IPEndPoint? Postgres { get; }

    /// <summary>The first address of the REST API.</summary>
    public Uri? Api { get; }

    /// <summary>Starts everything; returns when clients can connect.</summary>
    /// <exception cref="StartException">Something that the operator can change is in the way.</exception>
    public static async Task<GatewayHost> StartAsync(SluiceSettings settings, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "sluice" });
        settings.Log.Apply(builder.Logging);
        builder.Services.AddSingleton<IHostLifetime, CallerOwnedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Gateway.ShutdownGrace + StopPatience);
        builder.Services.AddRoutingCore();
        builder.Services.AddSluiceGateway(settings.Gateway);

        var postgres = new List<ListenOptions>();
        var api = new List<ListenOptions>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Listen(kestrel, settings.Gateway.Postgres.Listen, postgres, listen => listen.UsePostgres());
            ITlsCertificateSource? certificates = ApiCertificates(settings.Gateway.Api, kestrel.ApplicationServices);
            Listen(kestrel, settings.Gateway.Api.Listen, api, listen => UseApi(listen, certificates));
            kestrel.ListenForCommands();
        });

        WebApplication application = builder.Build();
        application.MapSluiceApi();
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception e)
        {
            await application.DisposeAsync();
            if (e is EngineException or IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new StartException(e);
            }

            throw;
        }

        var host = new GatewayHost(
            application,
            postgres.Select(listen => listen.IPEndPoint).FirstOrDefault(endPoint => endPoint is not null),
            ApiAddress(api, settings.Gateway.Api));
        if (settings.Gateway.Postgres.PublicPort is null && host.Postgres is { Port: var bound })
        {
            // Port 0 of the settings means one that is known only now.
            application.Services.GetRequiredService<AdminOptions>().Port = bound;
        }

        var logger = application.Services.GetRequiredService<ILogger<GatewayHost>>();
        LogServing(logger, Addresses(postgres), Addresses(api), settings.Gateway.Cdf.BaseUrl);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, string list, List<ListenOptions> bound, Action<ListenOptions> configure)
    {
        foreach (ListenAddress address in ListenAddress.ParseList(list, out _))
        {
            address.Bind(kestrel, listen =>
            {
                bound.Add(listen);
                configure(listen);
            });
        }
    }

    private static PemCertificateSource? ApiCertificates(ApiEndpoint api, IServiceProvider services) =>
        api is { Certificate: { } certificate, CertificateKey: { } key }
            ? new PemCertificateSource(
                certificate, key, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PemCertificateSource>>())
            : null;

    private static void UseApi(ListenOptions listen, ITlsCertificateSource? certificates)
    {
        if (certificates is not null)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificates.Current.Context }),
            });
        }
    }

    private static string Addresses(IEnumerable<ListenOptions> bound) =>
        string.Join(", ", bound.Select(listen => listen.SocketPath ?? listen.IPEndPoint?.ToString()));

    private static Uri? ApiAddress(List<ListenOptions> api, ApiEndpoint settings)
    {
        IPEndPoint? endPoint = api.Select(listen => listen.IPEndPoint).FirstOrDefault(candidate => candidate is not null);
        return endPoint is null ? null : new Uri($"{(settings.Certificate is null ? "http" : "https")}://{endPoint}");
    }

    [LoggerMessage(1, LogLevel.Information, "Serving PostgreSQL clients on {Postgres}, administrators on {Api}, for {Cdf}")]
    private static partial void LogServing(ILogger logger, string postgres, string api, string cdf);

    /// <summary>The process's signals are the command's business; a host in it starts and stops when it is told to.</summary>
    private sealed class CallerOwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
