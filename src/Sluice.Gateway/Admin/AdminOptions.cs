namespace Sluice.Gateway.Admin;

/// <summary>Settings of the administration API.</summary>
public sealed class AdminOptions
{
    /// <summary>The host name that users connect to with SQL, as told to whoever creates them.</summary>
    public required string Host { get; set; }

    /// <summary>The port that users connect to with SQL, which version 1 tells too.</summary>
    public int Port { get; set; } = 5432;

    /// <summary>The only host name at which version 1 of the API answers; null for all.</summary>
    public string? Version1Host { get; set; }

    /// <summary>The path below which version 1 of the API is found, such as <c>/v1</c>; empty for the root.</summary>
    public string Version1Path { get; set; } = string.Empty;

    /// <summary>The CDF cluster, to which calls that are not Sluice's own are passed on.</summary>
    public required Uri Cdf { get; set; }

    /// <summary>How long CDF may take to begin or to go on with the answer to a call that is passed on.</summary>
    public TimeSpan PassThroughTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// Where token URLs may point, since Sluice fetches them with a secret that a stranger gave: host names, for https at its usual port, or origins such
    /// as <c>http://127.0.0.1:8080</c>. Microsoft Entra ID's hosts by default.
    /// </summary>
    public IReadOnlyList<string> TokenUrlHosts { get; set; } =
        ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];

    /// <summary>How long CDF may take to tell what a caller's token may do; a nonce lives a minute, so patience must end before.</summary>
    public TimeSpan InspectionTimeout { get; set; } = TimeSpan.FromSeconds(15);
}
