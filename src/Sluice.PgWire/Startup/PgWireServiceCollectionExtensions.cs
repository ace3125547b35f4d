using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Sluice.PgWire.Startup;

/// <summary>Puts the PostgreSQL front door into a host.</summary>
public static class PgWireServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="PgConnectionHandler"/> with <paramref name="options"/> and a <see cref="CancelKeys"/> registry. The host adds an
    /// <see cref="ISessionHandler"/>, an <see cref="ICredentialStore"/> and, for TLS, an <see cref="ITlsCertificateSource"/>.
    /// </summary>
    public static IServiceCollection AddPgWire(this IServiceCollection services, PgServerOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CancelKeys>();
        services.TryAddSingleton<ICancelHandler>(provider => provider.GetRequiredService<CancelKeys>());
        services.TryAddSingleton<PgConnectionHandler>();
        return services;
    }

    /// <summary>Makes a Kestrel endpoint speak PostgreSQL's protocol.</summary>
    public static ListenOptions UsePostgres(this ListenOptions listen)
    {
        listen.UseConnectionHandler<PgConnectionHandler>();
        return listen;
    }
}
