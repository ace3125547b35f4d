using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Cdf.Limits;
using Sluice.Cdf.Tokens;

namespace Sluice.Cdf.Http;

/// <summary>What all clients of a process share: the connections to CDF and to identity providers, the concurrency limits, clock and settings.</summary>
public sealed class CdfHttp : IDisposable
{
    private readonly ConcurrentDictionary<(string Project, CdfApi Api), AdaptiveLimiter> _limiters = new();
    private readonly SocketsHttpHandler _cdfHandler;
    private readonly SocketsHttpHandler _tokenHandler;

    /// <summary>Opens nothing yet.</summary>
    public CdfHttp(CdfOptions options, TimeProvider? time = null, ILogger<CdfClient>? logger = null)
    {
        Options = options;
        Time = time ?? TimeProvider.System;
        Logger = logger ?? NullLogger<CdfClient>.Instance;
        _cdfHandler = NewHandler(options);
        _tokenHandler = NewHandler(options);
        Cdf = new HttpMessageInvoker(_cdfHandler, disposeHandler: false);
        TokenEndpoints = new HttpMessageInvoker(_tokenHandler, disposeHandler: false);
    }

    /// <summary>Settings.</summary>
    public CdfOptions Options { get; }

    /// <summary>Gives numbers from [0, 1) that spread retries.</summary>
    internal Func<double> NextJitter { get; init; } = () => RandomNumberGenerator.GetInt32(1 << 24) / (double)(1 << 24);

    /// <summary>Clock of time limits, back-off and token lifetimes.</summary>
    public TimeProvider Time { get; }

    internal ILogger<CdfClient> Logger { get; }

    internal HttpMessageInvoker Cdf { get; }

    internal HttpMessageInvoker TokenEndpoints { get; }

    /// <summary>A client that acts in <paramref name="project"/> with the tokens of <paramref name="tokens"/>. Cheap; needs no disposal.</summary>
    public CdfClient CreateClient(string project, ITokenSource tokens) => new(this, project, tokens);

    /// <summary>The limiter that all clients of <paramref name="project"/> share for <paramref name="api"/>.</summary>
    public AdaptiveLimiter Limiter(string project, CdfApi api) =>
        _limiters.GetOrAdd((project, api), static (key, self) => new AdaptiveLimiter(self.LimitOf(key.Api), self.Time), this);

    /// <inheritdoc />
    public void Dispose()
    {
        Cdf.Dispose();
        TokenEndpoints.Dispose();
        _cdfHandler.Dispose();
        _tokenHandler.Dispose();
    }

    private ConcurrencyLimit LimitOf(CdfApi api) => Options.Limits.TryGetValue(api, out var limit) ? limit : ConcurrencyLimit.DefaultFor(api);

    private static SocketsHttpHandler NewHandler(CdfOptions options) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    };
}
