using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Gateway.Admin.Local;

/// <summary>What only <see cref="LocalAdministrator"/> can ask, since it goes beyond one project or is about stored secrets.</summary>
internal static class LocalEndpoints
{
    public static IServiceCollection AddLocalAdministration(this IServiceCollection services) => services
        .AddSingleton<ListAllUsers>()
        .AddSingleton<DescribeUser>()
        .AddSingleton<CompareCredentials>();

    /// <summary>Maps <c>/local/users</c> and what is below it, which is not there for anybody else.</summary>
    public static void MapLocalAdministration(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/local")
            .AddEndpointFilter<RouteGroupBuilder, ApiErrorFilter>()
            .AddEndpointFilter((context, next) => LocalAdministrator.Is(context.HttpContext)
                ? next(context)
                : throw new ApiException(404, $"there is no {context.HttpContext.Request.Method} {context.HttpContext.Request.Path}"));
        group.MapGet(
            "/users",
            (HttpContext context, ListAllUsers operation) => operation.HandleAsync(context));
        group.MapGet(
            "/users/{username}",
            (string username, HttpContext context, DescribeUser operation) => operation.HandleAsync(username, context));
        group.MapPost(
            "/users/{username}/comparecredentials",
            (string username, HttpContext context, CompareCredentials operation) => operation.HandleAsync(username, context));
    }
}
