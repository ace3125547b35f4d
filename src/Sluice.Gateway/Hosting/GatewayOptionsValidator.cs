using System.Buffers;

namespace Sluice.Gateway.Hosting;

/// <summary>Checks a gateway's settings before anything starts; each finding names the setting and says what to change.</summary>
public static class GatewayOptionsValidator
{
    private static readonly SearchValues<char> ProjectCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>All that is wrong with <paramref name="options"/>; empty if the gateway can be tried.</summary>
    public static IReadOnlyList<string> Validate(GatewayOptions options)
    {
        var findings = new List<string>();
        if (options.DataDirectory.Length == 0)
        {
            findings.Add("DataDirectory is not set: give a directory that Sluice may keep its data in, e.g. /var/lib/sluice.");
        }

        if (options.ShutdownGrace < TimeSpan.Zero || options.ShutdownGrace > TimeSpan.FromHours(1))
        {
            findings.Add($"ShutdownGrace is {options.ShutdownGrace}: give a time up to 01:00:00.");
        }

        if (options.WriteMemoryMegabytes < 16)
        {
            findings.Add($"WriteMemoryMegabytes is {options.WriteMemoryMegabytes}: give at least 16.");
        }

        CheckPostgres(options.Postgres, findings);
        CheckConnections(options, findings);
        CheckApi(options.Api, findings);
        CheckCdf(options.Cdf, findings);
        CheckEngine(options.Engine, findings);
        CheckKeys(options.Keys, findings);
        return findings;
    }

    private static void CheckKeys(CredentialKeys keys, List<string> findings)
    {
        CheckCertificate("Keys", keys.Certificate, keys.CertificateKey, findings);
        if (keys is { Store: KeyStore.Database, Certificate: null })
        {
            findings.Add("Keys:Store is Database, and whoever reads the database would have the keys: set Keys:Certificate and Keys:CertificateKey.");
        }

        findings.AddRange(GatewayServiceCollectionExtensions.SplitList(keys.FormerCertificates)
            .Where(file => !File.Exists(file))
            .Select(file => $"Keys:FormerCertificates has {file}, which does not exist: give PEM files with a certificate and its private key each."));
    }

    private static void CheckEngine(EmbeddedEngine engine, List<string> findings)
    {
        if (engine.MaxConnections < 10)
        {
            findings.Add($"Engine:MaxConnections is {engine.MaxConnections}: Sluice needs a few for itself, give at least 10.");
        }

        if (engine.UserDatabaseMegabytes < 32)
        {
            findings.Add($"Engine:UserDatabaseMegabytes is {engine.UserDatabaseMegabytes}: an empty database takes 10 of them, give at least 32.");
        }

        if (engine.UserDatabaseCheckInterval < TimeSpan.FromMilliseconds(100) || engine.UserDatabaseCheckInterval > TimeSpan.FromHours(1))
        {
            findings.Add($"Engine:UserDatabaseCheckInterval is {engine.UserDatabaseCheckInterval}: give a time from 00:00:00.1 to 01:00:00.");
        }

        CheckLeast("Engine:SessionMemoryMegabytes", engine.SessionMemoryMegabytes, 64, findings);
        CheckLeast("Engine:UserMemoryMegabytes", engine.UserMemoryMegabytes, 64, findings);
        CheckLeast("Engine:UserLocks", engine.UserLocks, 1_000, findings);
        CheckLeast("Engine:NotificationMegabytes", engine.NotificationMegabytes, 1, findings);
        if (engine.UserComputeTime < TimeSpan.FromSeconds(1) || engine.UserComputeTime > TimeSpan.FromDays(7))
        {
            findings.Add($"Engine:UserComputeTime is {engine.UserComputeTime}: give a time from 00:00:01 to 7.00:00:00.");
        }

        if (engine.SessionCheckInterval < TimeSpan.FromMilliseconds(100) || engine.SessionCheckInterval > TimeSpan.FromMinutes(1))
        {
            findings.Add($"Engine:SessionCheckInterval is {engine.SessionCheckInterval}: give a time from 00:00:00.1 to 00:01:00.");
        }

        if (engine.BinariesDirectory is { } binaries && !File.Exists(Path.Combine(binaries, "postgres")))
        {
            findings.Add($"Engine:BinariesDirectory is {binaries}, which has no postgres in it: name the directory of postgres and initdb, or leave it out.");
        }
    }

    private static void CheckLeast(string setting, int value, int least, List<string> findings)
    {
        if (value < least)
        {
            findings.Add($"{setting} is {value}: give at least {least}.");
        }
    }

    private static void CheckPostgres(PostgresEndpoint postgres, List<string> findings)
    {
        CheckListen("Postgres:Listen", postgres.Listen, "0.0.0.0:5432", findings);
        CheckCertificate("Postgres", postgres.Certificate, postgres.CertificateKey, findings);
        if (postgres.PublicHost.Length == 0)
        {
            findings.Add("Postgres:PublicHost is empty: give the host name that users connect to.");
        }

        if (postgres.PublicPort is < 1 or > 65_535)
        {
            findings.Add($"Postgres:PublicPort is {postgres.PublicPort}: give 1 to 65535, or leave it out.");
        }

        CheckTokenSignIn(postgres.TokenSignIn, findings);
        if (postgres.AuthenticationTimeout <= TimeSpan.Zero || postgres.AuthenticationTimeout > TimeSpan.FromMinutes(10))
        {
            findings.Add($"Postgres:AuthenticationTimeout is {postgres.AuthenticationTimeout}: give a time up to 00:10:00.");
        }

        if (postgres.MaximumMessageLength is < 65_536 or > 1_073_741_822)
        {
            findings.Add($"Postgres:MaximumMessageLength is {postgres.MaximumMessageLength}: give 65536 to 1073741822 bytes.");
        }
    }

    private static void CheckConnections(GatewayOptions options, List<string> findings)
    {
        var (postgres, engine) = (options.Postgres, options.Engine);
        var free = engine.MaxConnections - PostgresEndpoint.ReservedForSluice(engine.MaxConnections);
        if (postgres.MaxConnections is { } all && (all < 1 || all > free))
        {
            findings.Add(
                $"Postgres:MaxConnections is {all}: give 1 to {free}, for Sluice needs some of the {engine.MaxConnections} of Engine:MaxConnections for itself.");
        }

        CheckPositive("Postgres:MaxConnectionsPerAddress", postgres.MaxConnectionsPerAddress ?? 1, findings);
        CheckPositive("Postgres:MaxPendingConnections", postgres.MaxPendingConnections, findings);
        CheckPositive("Postgres:FailedLoginsPerUser", postgres.FailedLoginsPerUser, findings);
        CheckPositive("Postgres:FailedLoginsPerAddress", postgres.FailedLoginsPerAddress, findings);
        CheckPositive("Engine:MaxConnectionsPerUser", engine.MaxConnectionsPerUser, findings);
    }

    private static void CheckPositive(string name, int value, List<string> findings)
    {
        if (value < 1)
        {
            findings.Add($"{name} is {value}: give at least 1.");
        }
    }

    private static void CheckTokenSignIn(TokenSignIn signIn, List<string> findings)
    {
        var projects = GatewayServiceCollectionExtensions.SplitList(signIn.Projects);
        foreach (var project in projects.Where(project => project.AsSpan().ContainsAnyExcept(ProjectCharacters)))
        {
            findings.Add($"Postgres:TokenSignIn:Projects has {project}, which is no url name of a CDF project: give e.g. my-project, other-project.");
        }

        if (signIn.OpenIdConfiguration is { } document && (!Uri.TryCreate(document, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps))
        {
            findings.Add(
                $"Postgres:TokenSignIn:OpenIdConfiguration is {document}: give the https address of the identity provider's document, e.g. "
                + "https://login.microsoftonline.com/<tenant id>/v2.0/.well-known/openid-configuration.");
        }

        CheckPositive("Postgres:TokenSignIn:MaximumPeople", signIn.MaximumPeople, findings);
        if (signIn.IdleTime < TimeSpan.FromMinutes(1) || signIn.IdleTime > TimeSpan.FromDays(365))
        {
            findings.Add($"Postgres:TokenSignIn:IdleTime is {signIn.IdleTime}: give a time from 00:01:00 to 365.00:00:00.");
        }
    }

    private static void CheckApi(ApiEndpoint api, List<string> findings)
    {
        var addresses = CheckListen("Api:Listen", api.Listen, "0.0.0.0:8443", findings);
        CheckCertificate("Api", api.Certificate, api.CertificateKey, findings);
        if (api.Certificate is null && !api.AllowPlaintext && addresses.Any(a => !a.IsLocal))
        {
            findings.Add(
                $"Api:Listen is {api.Listen}, and the API would take tokens without TLS: set Api:Certificate and Api:CertificateKey, "
                + "or Api:AllowPlaintext if a proxy in front does TLS.");
        }

        CheckVersion1(api, findings);
    }

    private static void CheckVersion1(ApiEndpoint api, List<string> findings)
    {
        if (api.Version1Host is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            findings.Add($"Api:Version1Host is {host}, which is no host name: give one without scheme and port, or leave it out.");
        }

        var path = api.Version1Path;
        if (path.Length > 0 && (!IsPath(path) || path.StartsWith("/api", StringComparison.OrdinalIgnoreCase)))
        {
            findings.Add($"Api:Version1Path is {path}: give a path such as /v1, with letters, digits and -._~, not below /api, or leave it out for the root.");
        }
    }

    private static bool IsPath(string text) => text[0] == '/' && text[1..].Split('/').All(
        segment => segment is not ("" or "." or "..") && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~'));

    private static void CheckCdf(CdfCluster cdf, List<string> findings)
    {
        if (cdf.BaseUrl.Length == 0)
        {
            findings.Add("Cdf:BaseUrl is not set: give the address of your CDF cluster, e.g. https://westeurope-1.cognitedata.com.");
        }
        else if (!Uri.TryCreate(cdf.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            findings.Add($"Cdf:BaseUrl is {cdf.BaseUrl}, which is no URL: give e.g. https://westeurope-1.cognitedata.com.");
        }
        else if (url.AbsolutePath is not "/")
        {
            findings.Add($"Cdf:BaseUrl is {cdf.BaseUrl}: give it without a path, {url.GetLeftPart(UriPartial.Authority)}.");
        }
        else if (url.Scheme == "http" && !url.IsLoopback)
        {
            findings.Add($"Cdf:BaseUrl is {cdf.BaseUrl}, and tokens would be sent without TLS: give the https address.");
        }

        if (cdf.ServiceTokenFile is { } file && !File.Exists(file))
        {
            findings.Add($"Cdf:ServiceTokenFile is {file}, which does not exist or may not be read: give the path of a file with a token, or leave it out.");
        }

        if (cdf.AccessCheckInterval < TimeSpan.FromSeconds(1) || cdf.AccessCheckInterval > TimeSpan.FromSeconds(40))
        {
            findings.Add($"Cdf:AccessCheckInterval is {cdf.AccessCheckInterval}: give 00:00:01 to 00:00:40, so that the end of an access is heeded within a minute.");
        }

        if (cdf.MaxAttempts < 1)
        {
            findings.Add($"Cdf:MaxAttempts is {cdf.MaxAttempts}: give at least 1.");
        }

        if (cdf.MaxRetryTime < TimeSpan.Zero)
        {
            findings.Add($"Cdf:MaxRetryTime is {cdf.MaxRetryTime}: give a time such as 00:02:00.");
        }
    }

    private static IReadOnlyList<ListenAddress> CheckListen(string name, string value, string example, List<string> findings)
    {
        var addresses = ListenAddress.ParseList(value, out var wrong);
        foreach (var address in wrong)
        {
            findings.Add($"{name} has {address}, which is no address: give host:port with an IP address or localhost, e.g. {example}.");
        }

        if (addresses.Count == 0 && wrong.Count == 0)
        {
            findings.Add($"{name} is empty: give an address to listen on, e.g. {example}.");
        }

        return addresses;
    }

    private static void CheckCertificate(string section, string? certificate, string? key, List<string> findings)
    {
        if (certificate is null != key is null)
        {
            findings.Add($"{section}:Certificate and {section}:CertificateKey belong together: set both, or none.");
            return;
        }

        foreach (var (name, file) in new[] { ("Certificate", certificate), ("CertificateKey", key) })
        {
            if (file is not null && !File.Exists(file))
            {
                findings.Add($"{section}:{name} is {file}, which does not exist or may not be read: give the path of a PEM file.");
            }
        }
    }
}
