using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Cdf.Http;
using Sluice.Cdf.Tokens;
using Sluice.Gateway.Admin;
using Sluice.Gateway.Admin.Local;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>The administration API over a real engine, and over a fake CDF if no other is given.</summary>
internal sealed class AdminHost : IAsyncDisposable, IUserDatabaseTables
{
    public const string Project = "/api/v1/projects/p/postgresgateway";

    private readonly TestDirectory _keys = new();
    private readonly HttpClient _http = new();
    private readonly CdfHttp _cdfHttp;
    private readonly WebApplication _app;

    private readonly FakeCdf? _fake;

    private AdminHost(IEngine engine, FakeCdf? fake, Uri cdf, IUserDatabaseTables? databases, Action<AdminOptions>? configure = null)
    {
        _fake = fake;
        Users = new UserStore(engine);
        Tables = new UserTableStore(engine);
        var options = new CdfOptions { BaseUrl = cdf };
        options.Retry.MaxBackoff = TimeSpan.FromMilliseconds(1);
        _cdfHttp = new CdfHttp(options);
        Protector = CredentialProtector.InDirectory(_keys.Path);
        Clients = new UserCdfClients(_cdfHttp, Protector, StaticTokenSource.None);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.ListenUnixSocket(Path.Combine(_keys.Path, "local.sock"), LocalAdministrator.Admit);
            kestrel.ListenUnixSocket(Path.Combine(_keys.Path, "other.sock"));
        });
        var admin = new AdminOptions
        {
            Host = "fdw.example",
            Cdf = cdf,
            TokenUrlHosts = ["login.example", cdf.GetLeftPart(UriPartial.Authority)],
        };
        configure?.Invoke(admin);
        builder.Services
            .AddSingleton(Users)
            .AddSingleton(Tables)
            .AddSingleton(Clients)
            .AddSingleton(Protector)
            .AddSingleton(databases ?? this)
            .AddPostgresGateway(admin);
        _app = builder.Build();
        _app.MapPostgresGateway();
    }

    public FakeCdf Cdf => _fake ?? throw new InvalidOperationException("The CDF is not the fake one.");

    public Uri Address => new(_app.Urls.First());

    /// <summary>Goes to the gateway's own socket, or to one that is not.</summary>
    public HttpClient ThroughSocket(bool own) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_keys.Path, own ? "local.sock" : "other.sock")), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://gateway"),
    };

    /// <summary>The calls that there are, without those that are passed on or refused.</summary>
    public IEnumerable<string> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .SelectMany(
            endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [],
            (endpoint, method) => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}");

    public UserStore Users { get; }

    public UserTableStore Tables { get; }

    public UserCdfClients Clients { get; }

    public CredentialProtector Protector { get; }

    /// <summary>What the user's databases were asked to make.</summary>
    public List<(string Username, string Table)> Applied { get; } = [];

    /// <summary>The tables that were to be dropped.</summary>
    public List<string> Removed { get; } = [];

    /// <summary>The tables that were to be made anew, and their names from then on.</summary>
    public List<(string Before, string After)> Replaced { get; } = [];

    /// <summary>The users whose databases were to be dropped.</summary>
    public List<string> Dropped { get; } = [];

    /// <summary>What they answer.</summary>
    public Exception? ApplyFailure { get; set; }

    public static async Task<AdminHost> StartAsync(IEngine engine, Action<AdminOptions>? configure = null)
    {
        var cdf = await FakeCdf.StartAsync();
        var host = new AdminHost(engine, cdf, new Uri(cdf.Url), databases: null, configure);
        await host._app.StartAsync();
        cdf.Allow("admin");
        return host;
    }

    public static async Task<AdminHost> StartAsync(IEngine engine, Uri cdf, IUserDatabaseTables? databases)
    {
        var host = new AdminHost(engine, fake: null, cdf, databases);
        await host._app.StartAsync();
        return host;
    }

    public Task<Reply> GetAsync(string path, string token = "admin") => SendAsync(HttpMethod.Get, path, null, token);

    public Task<Reply> PostAsync(string path, string body, string token = "admin") =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"), token);

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content, string? token)
    {
        using var request = new HttpRequestMessage(method, _app.Urls.First() + path) { Content = content };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(Guid.TryParse(Assert.Single(response.Headers.GetValues("x-request-id")), out _));
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A user with the nonce of a session of its own; the answer's item.</summary>
    public async Task<JsonElement> CreateUserAsync(string project = "p")
    {
        Cdf.Nonces["nonce"] = 105;
        var reply = await PostAsync($"/api/v1/projects/{project}/postgresgateway", """{"items":[{"credentials":{"nonce":"nonce"}}]}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return Assert.Single(reply.Json.GetProperty("items").EnumerateArray());
    }

    public Task RemoveAsync(string username, IReadOnlyCollection<string> tablenames, bool cascade, CancellationToken cancellationToken)
    {
        Removed.AddRange(tablenames);
        return ApplyFailure is null ? Task.CompletedTask : Task.FromException(ApplyFailure);
    }

    public Task ReplaceAsync(string username, IReadOnlyCollection<(string Name, TableDefinition Table)> replacements, CancellationToken cancellationToken)
    {
        Replaced.AddRange(replacements.Select(replacement => (replacement.Name, replacement.Table.Name)));
        return ApplyFailure is null ? Task.CompletedTask : Task.FromException(ApplyFailure);
    }

    public Task DropDatabaseAsync(string username, CancellationToken cancellationToken)
    {
        Dropped.Add(username);
        return ApplyFailure is null ? Task.CompletedTask : Task.FromException(ApplyFailure);
    }

    public Task AddAsync(string username, IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken)
    {
        Applied.AddRange(tables.Select(table => (username, table.Name)));
        return ApplyFailure is null ? Task.CompletedTask : Task.FromException(ApplyFailure);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }

        _cdfHttp.Dispose();
        _http.Dispose();
        _keys.Dispose();
    }
}

/// <summary>An answer of the administration API.</summary>
internal sealed record Reply(HttpStatusCode Status, string Body)
{
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>The message of an error answer, whose code must be the status.</summary>
    public string Error
    {
        get
        {
            var error = Json.GetProperty("error");
            Assert.Equal((int)Status, error.GetProperty("code").GetInt32());
            return error.GetProperty("message").GetString()!;
        }
    }
}
