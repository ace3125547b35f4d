using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sluice.Gateway.Admin.Local;

/// <summary>
/// What connections of the gateway's own socket carry, and no others: the right to administer, which the operating system has checked when it let the
/// process open the socket. Nothing that a request says gives it or takes it.
/// </summary>
internal sealed class LocalAdministrator
{
    private static readonly LocalAdministrator Instance = new();

    private LocalAdministrator()
    {
    }

    /// <summary>Whether the request of <paramref name="context"/> came over the gateway's own socket.</summary>
    public static bool Is(HttpContext context) => context.Features.Get<LocalAdministrator>() is not null;

    /// <summary>Gives the right to all connections of one endpoint.</summary>
    public static void Admit(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            connection.Features.Set(Instance);
            return next(connection);
        });
    }
}
