using System.Collections.Immutable;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Cdf.Http;
using Sluice.Cdf.Tokens;
using Sluice.Gateway.Admin;
using Sluice.Gateway.Admin.Local;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Users;
using Sluice.Gateway.Users.Access;
using Sluice.Gateway.Users.People;
using Sluice.Gateway.Writes;
using Sluice.Gateway.Writes.Groups;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Hosting;

/// <summary>Puts a gateway into a host.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>
    /// Registers everything that a gateway is made of. The host listens: for PostgreSQL clients with
    /// <see cref="PgWireServiceCollectionExtensions.UsePostgres"/>, for administrators with <see cref="MapSluiceApi"/>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Valid settings (<see cref="GatewayOptionsValidator"/>).</param>
    public static IServiceCollection AddSluiceGateway(this IServiceCollection services, GatewayOptions options)
    {
        var directories = new DataDirectories(options.DataDirectory);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        AddEngine(services, options.Engine, directories);
        AddCdf(services, options.Cdf);
        services.AddSingleton(new AccessOptions { CheckInterval = options.Cdf.AccessCheckInterval });
        AddUsers(services, options.Keys, directories);
        AddAdminSocket(services, directories);
        AddListener(services, options, directories);
        AddPeople(services, options);
        AddSessions(services, options, directories);
        services.AddPostgresGateway(new AdminOptions
        {
            Host = options.Postgres.PublicHost,
            Port = PublicPort(options.Postgres),
            Version1Host = options.Api.Version1Host,
            Version1Path = options.Api.Version1Path,
            Cdf = new Uri(options.Cdf.BaseUrl),
            TokenUrlHosts = SplitList(options.Cdf.TokenHosts),
        });
        return services;
    }

    /// <summary>Listens for the commands of this machine's administrator, on a socket in the data directory (<see cref="LocalGateway"/>).</summary>
    public static void ListenForCommands(this KestrelServerOptions kestrel) =>
        kestrel.ListenUnixSocket(kestrel.ApplicationServices.GetRequiredService<AdminSocket>().Path, LocalAdministrator.Admit);

    /// <summary>Maps the REST API.</summary>
    public static IEndpointRouteBuilder MapSluiceApi(this IEndpointRouteBuilder endpoints) => endpoints.MapPostgresGateway();

    private static void AddEngine(IServiceCollection services, EmbeddedEngine engine, DataDirectories directories)
    {
        services.AddSingleton(new EngineOptions
        {
            DataDirectory = directories.Engine,
            BinariesDirectory = engine.BinariesDirectory,
            OsUser = engine.OsUser,
            MaxConnections = engine.MaxConnections,
            MaxConnectionsPerUser = engine.MaxConnectionsPerUser,
            SessionMemoryMegabytes = engine.SessionMemoryMegabytes,
            Settings = engine.Settings.ToImmutableDictionary(StringComparer.Ordinal),
        });
        services.AddSingleton<EmbeddedPostgres>();
        services.AddSingleton<IEngine>(provider => provider.GetRequiredService<EmbeddedPostgres>());
        services.AddSingleton(provider => new DatabaseQuota(
            provider.GetRequiredService<IEngine>(), engine.UserDatabaseMegabytes * 1_048_576L, provider.GetRequiredService<ILogger<DatabaseQuota>>()));
        services.AddSingleton(new SessionLimits
        {
            Locks = engine.UserLocks,
            MemoryMegabytes = engine.UserMemoryMegabytes,
            ComputeTime = engine.UserComputeTime,
            NotificationMegabytes = engine.NotificationMegabytes,
        });
        services.AddSingleton<SessionWatch>();
        services.AddSingleton<EngineStartup>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<EngineStartup>());
    }

    private static void AddCdf(IServiceCollection services, CdfCluster cluster)
    {
        var options = new CdfOptions { BaseUrl = new Uri(cluster.BaseUrl) };
        options.Retry.MaxAttempts = cluster.MaxAttempts;
        options.Retry.TotalTime = cluster.MaxRetryTime;
        services.AddSingleton(options);
        services.AddSingleton(provider => new CdfHttp(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CdfClient>>()));
        services.AddSingleton<ITokenSource>(provider => cluster.ServiceTokenFile is null
            ? StaticTokenSource.None
            : new FileTokenSource(cluster.ServiceTokenFile, provider.GetRequiredService<TimeProvider>()));
    }

    private static void AddUsers(IServiceCollection services, CredentialKeys keys, DataDirectories directories)
    {
        services.AddSingleton(provider => CredentialKeyRing.Open(keys, directories.Keys, provider.GetRequiredService<IEngine>));
        services.AddSingleton<CredentialCheckup>();
        services.AddSingleton(provider => new UserBackup(
            provider.GetRequiredService<IEngine>(),
            provider.GetRequiredService<CredentialProtector>(),
            directories.UserBackup,
            provider.GetRequiredService<ILogger<UserBackup>>()));
        services.AddSingleton<UserStore>();
        services.AddSingleton<UserSessions>();
        services.AddSingleton<UserTableStore>();
        services.AddSingleton<UserCdfClients>();
        services.AddSingleton<UserAccess>();
        services.AddHostedService<CredentialsEndLog>();
        services.AddSingleton(provider => new UserDatabaseTables(
            () => provider.GetRequiredService<EngineStartup>().Databases,
            provider.GetRequiredService<UserTableStore>(),
            provider.GetRequiredService<UserSessions>()));
        services.AddSingleton<IUserDatabaseTables>(provider => provider.GetRequiredService<UserDatabaseTables>());
        services.AddSingleton<ICredentialStore, UserCredentialStore>();
        services.AddSingleton<ScanSessions>();
        services.AddSingleton<HistoryStore>();
        services.AddSingleton<HistoryTables>();
        services.AddSingleton<WriteHistory>();
        services.AddSingleton<RejectedRows>();
        services.AddSingleton<IScanUsers, GatewayScanUsers>();
    }

    // After the engine, which takes the data directory for this process.
    private static void AddAdminSocket(IServiceCollection services, DataDirectories directories)
    {
        services.AddSingleton(_ => new AdminSocket(directories.Admin));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AdminSocket>());
    }

    private static void AddPeople(IServiceCollection services, GatewayOptions options)
    {
        var signIn = options.Postgres.TokenSignIn;
        var people = new PeopleOptions
        {
            Projects = SplitList(signIn.Projects).ToHashSet(StringComparer.Ordinal),
            Scope = signIn.Scope ?? $"{options.Cdf.BaseUrl.TrimEnd('/')}/.default",
            OpenIdConfiguration = signIn.OpenIdConfiguration,
            MaximumDatabases = signIn.MaximumPeople,
            IdleTime = signIn.IdleTime,
        };
        services.AddSingleton(people);
        services.AddSingleton(provider => new PeopleDatabases(
            provider.GetRequiredService<IEngine>(),
            () => provider.GetRequiredService<EngineStartup>().Databases,
            people,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PeopleDatabases>>()));

        // Also where nobody signs in any more.
        services.AddHostedService<PeopleCleanup>();
        if (people.Projects.Count > 0)
        {
            services.AddSingleton<IPersonSessions, GatewayPersonSessions>();
            services.AddSingleton<IAccessTokens, PersonSignIn>();
        }
    }

    private static void AddListener(IServiceCollection services, GatewayOptions options, DataDirectories directories)
    {
        var (postgres, engine) = (options.Postgres, options.Engine.MaxConnections);
        services.AddPgWire(new PgServerOptions
        {
            AllowPlaintext = postgres.AllowPlaintext,
            AuthenticationTimeout = postgres.AuthenticationTimeout,
            MaximumMessageLength = postgres.MaximumMessageLength,
            MaximumConnections = postgres.MaxConnections ?? engine - PostgresEndpoint.ReservedForSluice(engine),
            MaximumConnectionsPerAddress = postgres.MaxConnectionsPerAddress ?? int.MaxValue,
            MaximumPendingConnections = postgres.MaxPendingConnections,
            FailedLoginsPerUser = postgres.FailedLoginsPerUser,
            FailedLoginsPerAddress = postgres.FailedLoginsPerAddress,
            MockSecret = directories.Secret("login.key"),
        });
        services.AddSingleton<ITlsCertificateSource>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var logger = provider.GetRequiredService<ILogger<PemCertificateSource>>();
            if (postgres is { Certificate: { } certificate, CertificateKey: { } key })
            {
                return new PemCertificateSource(certificate, key, time, logger);
            }

            var made = SelfSignedCertificate.Ensure(directories.Tls, [postgres.PublicHost], time);
            return new PemCertificateSource(made.Certificate, made.Key, time, logger);
        });
    }

    private static void AddSessions(IServiceCollection services, GatewayOptions options, DataDirectories directories)
    {
        services.AddSingleton(_ => new SpillStore(directories.Transactions, options.TransactionMegabytes * 1_048_576L));
        services.AddSingleton<KeyFence>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton(new WriteMemory(options.WriteMemoryMegabytes * 1_048_576L));
        services.AddSingleton<SharedWrites>();
        services.AddSingleton<ISessionUsers, GatewaySessionUsers>();
        services.AddSingleton<ISessionHandler, SessionHandler>();
    }

    private static int PublicPort(PostgresEndpoint postgres) =>
        postgres.PublicPort ?? ListenAddress.ParseList(postgres.Listen, out _).FirstOrDefault(address => address.EndPoint is not null)?.EndPoint?.Port ?? 5432;

    internal static string[] SplitList(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
