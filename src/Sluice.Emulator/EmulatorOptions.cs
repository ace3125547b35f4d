namespace Sluice.Emulator;

/// <summary>
/// What the emulator starts with: one project, one application that may do everything in it, and the switches that tests and
/// benchmarks need. Most switches can also be changed while it runs, by <c>PUT /admin/settings</c> (docs/emulator.md).
/// </summary>
public sealed record EmulatorOptions
{
    /// <summary>The loopback TCP port to listen on; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>The project's URL name.</summary>
    public string Project { get; init; } = "demo";

    /// <summary>The tenant in the token endpoint's path, as Entra ID has it.</summary>
    public string Tenant { get; init; } = "3f1c9b1e-52c1-4d6b-9a53-0d2c5a1b7e10";

    /// <summary>The client id of the application that is registered at the start.</summary>
    public string ClientId { get; init; } = "sluice-demo-client";

    /// <summary>The secret of that application.</summary>
    public string ClientSecret { get; init; } = "sluice-demo-secret";

    /// <summary>The scope a token request must name; null means <c>{BaseUrl}/.default</c>.</summary>
    public string? Scope { get; init; }

    /// <summary>The object id of the identity provider's group whose members have all capabilities; the application is a member.</summary>
    public string AdminGroupSourceId { get; init; } = "9b2cf2c1-7a35-4d0c-8a5e-6f0d3a3f5d11";

    /// <summary>
    /// Whether <c>POST /sessions/token</c> turns nonces into tokens. Real CDF refuses strangers with 401; false does the same.
    /// </summary>
    public bool RedeemsNonces { get; init; } = true;

    /// <summary>The bearer token that <c>POST /sessions/token</c> asks for; null lets every caller bind and refresh.</summary>
    public string? ServiceToken { get; init; }

    /// <summary>Count assets, events, data points and RAW rows instead of storing them; for benchmarks.</summary>
    public bool Counting { get; init; }

    /// <summary>Requests of one project that may run at the same time before 429; null for no limit.</summary>
    public int? MaxConcurrentRequests { get; init; }

    /// <summary>Answer 429 to a request that modifies what another running request modifies, as CDF does.</summary>
    public bool DetectConflicts { get; init; }

    /// <summary>How long access tokens live.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromSeconds(3599);

    /// <summary>How long a session's nonce can be redeemed; CDF says about one minute.</summary>
    public TimeSpan NonceLifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The largest request body, after decompression, in bytes; larger ones are answered with 413.</summary>
    public int MaxRequestBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>How many requests the request log keeps.</summary>
    public int RequestLogSize { get; init; } = 2_000;

    /// <summary>The server's clock: timestamps, token and nonce ages.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
