namespace Sluice.Gateway.Hosting;

/// <summary>All settings of a gateway, as the configuration file, the environment and the command line give them.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where the engine's data, certificates and keys are kept. Made if missing.</summary>
    public string DataDirectory { get; init; } = "";

    /// <summary>The embedded engine's directory in the data directory of a gateway.</summary>
    public static string EngineDirectoryIn(string dataDirectory) => Path.Combine(Path.GetFullPath(dataDirectory), "engine");

    /// <summary>The endpoint for PostgreSQL clients.</summary>
    public PostgresEndpoint Postgres { get; init; } = new();

    /// <summary>The endpoint for administrators: the REST API.</summary>
    public ApiEndpoint Api { get; init; } = new();

    /// <summary>The CDF cluster.</summary>
    public CdfCluster Cdf { get; init; } = new();

    /// <summary>The embedded PostgreSQL.</summary>
    public EmbeddedEngine Engine { get; init; } = new();

    /// <summary>The keys with which users' credentials are encrypted.</summary>
    public CredentialKeys Keys { get; init; } = new();

    /// <summary>How long sessions may end what they do when Sluice is asked to stop; then running statements fail with 57P01.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Memory for requests to CDF that are encoded and not yet answered, of all sessions together. A full one slows clients down.</summary>
    public int WriteMemoryMegabytes { get; init; } = 128;

    /// <summary>
    /// Disk space, in the data directory, for rows that wait for COMMIT, of all sessions together, compressed. A quarter of what is free at the
    /// start, at most 16 GiB, unless set.
    /// </summary>
    public int? TransactionMegabytes { get; init; }
}

/// <summary>Where PostgreSQL clients connect.</summary>
public sealed record PostgresEndpoint
{
    /// <summary>Addresses to listen on, <c>host:port</c> or <c>unix:/path</c>, separated by commas. Port 0 takes a free one.</summary>
    public string Listen { get; init; } = "127.0.0.1:5432";

    /// <summary>The host name that users are told to connect to, and that a generated certificate is for.</summary>
    public string PublicHost { get; init; } = "localhost";

    /// <summary>The port that users are told to connect to; that of the first address of <see cref="Listen"/> unless set.</summary>
    public int? PublicPort { get; init; }

    /// <summary>PEM file of the server certificate and its intermediates. Without, one is generated in the data directory.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the private key of <see cref="Certificate"/>.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Take passwords over unencrypted TCP from other hosts too.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>Who may connect with an access token of their own.</summary>
    public TokenSignIn TokenSignIn { get; init; } = new();

    /// <summary>From connect to the end of authentication.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Sessions at a time, of all users together. <see cref="EmbeddedEngine.MaxConnections"/> less those that Sluice needs unless set.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>Sessions at a time from one address, or one /64 network of IPv6. No bound of its own unless set.</summary>
    public int? MaxConnectionsPerAddress { get; init; }

    /// <summary>
    /// Connections at a time that have not logged in yet. One more is let in, and in its place the oldest of the address that has the most is dropped.
    /// </summary>
    public int MaxPendingConnections { get; init; } = 500;

    /// <summary>Failed logins of one user within a minute before more are refused for a while.</summary>
    public int FailedLoginsPerUser { get; init; } = 10;

    /// <summary>Failed logins from one address within a minute before more are refused for a while.</summary>
    public int FailedLoginsPerAddress { get; init; } = 100;

    /// <summary>The engine's connections that sessions cannot take, so that Sluice can always look up its users.</summary>
    public static int ReservedForSluice(int engineConnections) => Math.Min(30, engineConnections / 2);

    /// <summary>Longest message of a client in bytes; COPY data is streamed and not bound by it.</summary>
    public int MaximumMessageLength { get; init; } = 256 * 1024 * 1024;
}

/// <summary>Who may connect with an access token of their own in place of a gateway user's password, and what that may cost.</summary>
public sealed record TokenSignIn
{
    /// <summary>
    /// Url names of the CDF projects whose people may, separated by commas: each is a user name and a database then. Nobody may unless set.
    /// </summary>
    public string Projects { get; init; } = "";

    /// <summary>
    /// URL of the identity provider's discovery document, which clients that fetch a token by themselves are told, e.g.
    /// <c>https://login.microsoftonline.com/&lt;tenant id&gt;/v2.0/.well-known/openid-configuration</c>.
    /// </summary>
    public string? OpenIdConfiguration { get; init; }

    /// <summary>The scope that those clients are told to ask for. <c>.default</c> of the CDF cluster unless set.</summary>
    public string? Scope { get; init; }

    /// <summary>People with databases at a time, one for each person and project.</summary>
    public int MaximumPeople { get; init; } = 100;

    /// <summary>How long the database of a person is kept who does not connect.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>Where administrators reach the REST API.</summary>
public sealed record ApiEndpoint
{
    /// <summary>Addresses to listen on, <c>host:port</c>, separated by commas. Port 0 takes a free one.</summary>
    public string Listen { get; init; } = "127.0.0.1:8080";

    /// <summary>PEM file of the server certificate; without, the API speaks plain HTTP.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the private key of <see cref="Certificate"/>.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Speak plain HTTP on addresses other than loopback too, because something in front of it does TLS.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>The only host name at which version 1 of the API answers; at all unless set.</summary>
    public string? Version1Host { get; init; }

    /// <summary>The path below which version 1 of the API is found, such as <c>/v1</c>; the root unless set.</summary>
    public string Version1Path { get; init; } = "";
}

/// <summary>The CDF cluster that the gateway writes to, and its patience.</summary>
public sealed record CdfCluster
{
    /// <summary>E.g. <c>https://westeurope-1.cognitedata.com</c>, without <c>/api/v1</c>.</summary>
    public string BaseUrl { get; init; } = "";

    /// <summary>Most attempts of one request.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>No further attempt begins this long after the first.</summary>
    public TimeSpan MaxRetryTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Where the token URLs of gateway users may point, separated by commas: host names, for https at its usual port, or origins such as
    /// <c>http://127.0.0.1:8081</c>.
    /// </summary>
    public string TokenHosts { get; init; } = "login.microsoftonline.com, login.microsoftonline.us, login.partner.microsoftonline.cn";

    /// <summary>
    /// How often it is looked at whether users still have access to CDF: at logins, and while they have open sessions. 1 to 40 seconds, so that the end of
    /// an access is heeded within a minute.
    /// </summary>
    public TimeSpan AccessCheckInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A file with Sluice's own CDF token, with which it redeems the nonces of sessions; read again when it changes.</summary>
    public string? ServiceTokenFile { get; init; }
}

/// <summary>The embedded PostgreSQL.</summary>
public sealed record EmbeddedEngine
{
    /// <summary>Directory of <c>postgres</c> and <c>initdb</c>; found by itself unless set.</summary>
    public string? BinariesDirectory { get; init; }

    /// <summary>The operating system user that it runs as if Sluice is root.</summary>
    public string? OsUser { get; init; }

    /// <summary>Sessions of all users together.</summary>
    public int MaxConnections { get; init; } = 300;

    /// <summary>Sessions of one user, whose option <c>connection_limit</c> may be lower.</summary>
    public int MaxConnectionsPerUser { get; init; } = 100;

    /// <summary>
    /// What the database of one user may take on disk, temporary tables, temporary files and tables of the user's own included; sessions that go beyond it are
    /// ended with 53100.
    /// </summary>
    public int UserDatabaseMegabytes { get; init; } = 10_240;

    /// <summary>How often the sizes are looked at.</summary>
    public TimeSpan UserDatabaseCheckInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Private memory that one session may take; a statement that needs more fails with 53200.</summary>
    public int SessionMemoryMegabytes { get; init; } = 1_024;

    /// <summary>Private memory that the sessions of one user may take together; the largest is ended with 53200.</summary>
    public int UserMemoryMegabytes { get; init; } = 2_048;

    /// <summary>Locks that the sessions of one user may hold together; the one that holds most is ended with 53400.</summary>
    public int UserLocks { get; init; } = 20_000;

    /// <summary>Processor time that the statements of one user that run at a time may take together; the one that took most is ended with 53400.</summary>
    public TimeSpan UserComputeTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What unread notifications of all users may take on disk; the sessions of who sent most are ended with 53400.</summary>
    public int NotificationMegabytes { get; init; } = 64;

    /// <summary>How often memory, locks, processor time and notifications are looked at.</summary>
    public TimeSpan SessionCheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Further settings of PostgreSQL, e.g. <c>shared_buffers</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>Where keys are kept.</summary>
public enum KeyStore
{
    /// <summary>In files in directory <c>keys</c> of the data directory.</summary>
    Directory,

    /// <summary>In database <c>sluice</c>, encrypted with a certificate.</summary>
    Database,
}

/// <summary>The keys with which users' credentials are encrypted.</summary>
public sealed record CredentialKeys
{
    /// <summary>Where they are.</summary>
    public KeyStore Store { get; init; } = KeyStore.Directory;

    /// <summary>PEM file of the certificate that keys are encrypted with; it has an RSA key. Without, they are not encrypted, and only in files.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the private key of <see cref="Certificate"/>.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>PEM files of certificates that older keys are encrypted with, each with its private key, separated by commas.</summary>
    public string FormerCertificates { get; init; } = "";
}
