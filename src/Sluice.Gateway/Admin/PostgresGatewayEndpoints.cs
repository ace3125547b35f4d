using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sluice.Gateway.Admin.Local;
using Sluice.Gateway.Admin.Version1;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>The administration API, compatible with Cognite's PostgreSQL gateway (CDF API, "Postgres gateway users" and "Postgres gateway tables").</summary>
public static class PostgresGatewayEndpoints
{
    /// <summary>
    /// Adds what the endpoints need beside <see cref="UserStore"/>, <see cref="UserTableStore"/>, <see cref="UserCdfClients"/>,
    /// <see cref="CredentialProtector"/> and <see cref="IUserDatabaseTables"/>.
    /// </summary>
    public static IServiceCollection AddPostgresGateway(this IServiceCollection services, AdminOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options)
            .AddSingleton<GatewayAccess>()
            .AddSingleton<CredentialCheck>()
            .AddSingleton<CdfSessionEnd>()
            .AddSingleton<UserOperations>()
            .AddSingleton<TableOperations>()
            .AddVersion1()
            .AddLocalAdministration()
            .AddSingleton<CreateUsers>()
            .AddSingleton<ViewLookup>()
            .AddSingleton<ListUsers>()
            .AddSingleton<RetrieveUsers>()
            .AddSingleton<UpdateUsers>()
            .AddSingleton<DeleteUsers>()
            .AddSingleton<RotatePassword>()
            .AddSingleton<PassThrough>()
            .AddSingleton<RetrieveTables>()
            .AddSingleton<DeleteTables>()
            .AddSingleton<CreateTables>()
            .AddSingleton<UpdateTables>()
            .AddSingleton<OpenApiDocument>()
            .AddSingleton<ListTables>();
    }

    /// <summary>Maps <c>/api/v1/projects/{project}/postgresgateway</c> and what is below it; all else below <c>/api/v1</c> is passed on to CDF.</summary>
    public static IEndpointRouteBuilder MapPostgresGateway(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1/projects/{project}/postgresgateway").AddEndpointFilter<RouteGroupBuilder, ApiErrorFilter>();
        group.MapPost(
            string.Empty,
            (string project, HttpContext context, CreateUsers operation) => operation.HandleAsync(project, context));
        group.MapGet(
            string.Empty,
            (string project, HttpContext context, ListUsers operation) => operation.GetAsync(project, context));
        group.MapPost(
            "/list",
            (string project, HttpContext context, ListUsers operation) => operation.PostAsync(project, context));
        group.MapPost(
            "/byids",
            (string project, HttpContext context, RetrieveUsers operation) => operation.HandleAsync(project, context));
        group.MapPost(
            "/update",
            (string project, HttpContext context, UpdateUsers operation) => operation.HandleAsync(project, context));
        group.MapPost(
            "/delete",
            (string project, HttpContext context, DeleteUsers operation) => operation.HandleAsync(project, context));
        group.MapPost(
            "/tables/{username}",
            (string project, string username, HttpContext context, CreateTables operation) => operation.HandleAsync(project, username, context));
        group.MapGet(
            "/tables/{username}",
            (string project, string username, HttpContext context, ListTables operation) => operation.HandleAsync(project, username, context));
        group.MapPost(
            "/tables/{username}/byids",
            (string project, string username, HttpContext context, RetrieveTables operation) => operation.HandleAsync(project, username, context));
        group.MapPost(
            "/tables/{username}/update",
            (string project, string username, HttpContext context, UpdateTables operation) => operation.HandleAsync(project, username, context));
        group.MapPost(
            "/tables/{username}/delete",
            (string project, string username, HttpContext context, DeleteTables operation) => operation.HandleAsync(project, username, context));
        group.MapPost(
            "/rotatepassword",
            (string project, HttpContext context, RotatePassword operation) => operation.HandleAsync(project, context));

        // What the gateway does not know must not reach another gateway behind CDF's address.
        group.Map("/{**rest}", IResult (HttpContext context) => throw new ApiException(404, $"there is no {context.Request.Method} {context.Request.Path}"));
        endpoints.MapVersion1();
        endpoints.MapLocalAdministration();
        endpoints.MapGroup("/openapi")
            .AddEndpointFilter<RouteGroupBuilder, ApiErrorFilter>()
            .MapGet("/v1.json", (OpenApiDocument document) => document.Answer());
        endpoints.MapGroup("/api/v1")
            .AddEndpointFilter<RouteGroupBuilder, ApiErrorFilter>()
            .Map("/{**path}", (HttpContext context, PassThrough operation) => operation.HandleAsync(context));
        return endpoints;
    }
}
