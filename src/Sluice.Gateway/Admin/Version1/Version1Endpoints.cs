using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Gateway.Admin.Version1;

/// <summary>The administration API of version 1 of Cognite's PostgreSQL gateway, whose paths begin at the root of a host, or below a path of Sluice's settings.</summary>
internal static class Version1Endpoints
{
    public static IServiceCollection AddVersion1(this IServiceCollection services) => services
        .AddSingleton<IStartupFilter, DoubledSlash>()
        .AddSingleton<Version1Access>()
        .AddSingleton<CreateUser>()
        .AddSingleton<ListTables>()
        .AddSingleton<CreateTables>()
        .AddSingleton<UpdateTables>()
        .AddSingleton<DeleteTables>();

    public static void MapVersion1(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<AdminOptions>();
        var group = endpoints.MapGroup(options.Version1Path).AddEndpointFilter<RouteGroupBuilder, ApiErrorFilter>();
        if (options.Version1Host is { } host)
        {
            group.RequireHost(host);
        }

        group.MapPost("/create", (HttpContext context, CreateUser operation) => operation.HandleAsync(context));
        group.MapGet(
            "/user/{username}/tables",
            (string username, HttpContext context, ListTables operation) => operation.HandleAsync(username, context));
        group.MapPost(
            "/user/{username}/tables",
            (string username, HttpContext context, CreateTables operation) => operation.HandleAsync(username, context));
        group.MapPost(
            "/user/{username}/tables/update",
            (string username, HttpContext context, UpdateTables operation) => operation.HandleAsync(username, context));
        group.MapPost(
            "/user/{username}/tables/delete",
            (string username, HttpContext context, DeleteTables operation) => operation.HandleAsync(username, context));
    }
}
