using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Emulator.Http;

namespace Sluice.Emulator;

/// <summary>
/// A local CDF: the REST API, an identity provider, groups, sessions, faults and statistics in one HTTP server on the loopback interface.
/// Everything is kept in memory and gone when it stops. docs/emulator.md says what it does and where it had to choose.
/// </summary>
public sealed class CdfEmulator : IAsyncDisposable
{
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly EmulatorState _state;

    private CdfEmulator(WebApplication app, EmulatorState state)
    {
        _app = app;
        _state = state;
    }

    /// <summary>The server's address, <c>http://127.0.0.1:port/</c>: what clients take for the cluster's base URL.</summary>
    public Uri BaseUrl => _state.BaseUrl;

    /// <summary>The OAuth 2.0 token endpoint.</summary>
    public Uri TokenUrl => _state.TokenUrl;

    /// <summary>Where fault rules are set: PUT, GET and DELETE.</summary>
    public Uri FaultsUrl => new(BaseUrl, "faults");

    /// <summary>Sums per operation: GET, DELETE.</summary>
    public Uri StatisticsUrl => new(BaseUrl, "statistics");

    /// <summary>The log of the last requests: GET.</summary>
    public Uri RequestsUrl => new(BaseUrl, "requests");

    /// <summary>Applications, groups, projects, sessions and settings: what the portals of Entra ID and CDF are for.</summary>
    public Uri AdminUrl => new(BaseUrl, "admin/");

    /// <summary>The first project's URL name.</summary>
    public string Project => _state.Options.Project;

    /// <summary>The first application's client id.</summary>
    public string ClientId => _state.Options.ClientId;

    /// <summary>The first application's secret.</summary>
    public string ClientSecret => _state.Options.ClientSecret;

    /// <summary>The scope that a token request must name.</summary>
    public string Scope => _state.Scope;

    /// <summary>What it was started with.</summary>
    public EmulatorOptions Options => _state.Options;

    /// <summary>Starts listening; throws <see cref="IOException"/> if the port is taken.</summary>
    public static async Task<CdfEmulator> StartAsync(EmulatorOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_shutdownTimeout);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        var app = builder.Build();
        var state = new EmulatorState(options);
        app.Use(Frame.RunAsync);
        app.UseRouting();
        EmulatorEndpoints.Map(app, state);
        await app.StartAsync(ct);
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        state.Open(new Uri(address));
        return new CdfEmulator(app, state);
    }

    /// <summary>Stops listening; running requests get a moment to end.</summary>
    public Task StopAsync()
    {
        // Requests that a fault holds would never end by themselves.
        _state.Faults.Replace([], 0);
        return _app.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }
}
