using Sluice.Cdf.Limits;

namespace Sluice.Cdf.Http;

/// <summary>Settings of the way to one CDF cluster.</summary>
public sealed class CdfOptions
{
    /// <summary>E.g. <c>https://westeurope-1.cognitedata.com</c>, without <c>/api/v1</c>.</summary>
    public required Uri BaseUrl { get; set; }

    /// <summary>Sent as <c>x-cdp-app</c>.</summary>
    public string AppName { get; set; } = "sluice";

    /// <summary>Patience.</summary>
    public CdfRetryOptions Retry { get; set; } = new();

    /// <summary>Bounds of requests in flight, for those APIs whose default (<see cref="ConcurrencyLimit.DefaultFor"/>) is not wanted.</summary>
    public IDictionary<CdfApi, ConcurrencyLimit> Limits { get; } = new Dictionary<CdfApi, ConcurrencyLimit>();

    /// <summary>How long a TCP connection may take to come about.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest answer, decompressed, that is taken into memory.</summary>
    public int MaxResponseBytes { get; set; } = 256 * 1024 * 1024;
}
