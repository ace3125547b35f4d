using Microsoft.AspNetCore.Http;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Admin.Local;
using Sluice.Gateway.Definitions;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// Checks the bearer token of a call with CDF, for <c>postgresGatewayAcl</c> READ or WRITE. Who comes over the gateway's own socket needs no token.
/// </summary>
internal sealed class GatewayAccess(UserCdfClients clients, UserStore users, AdminOptions options)
{
    public const string Read = GatewayCapability.Read;
    public const string Write = GatewayCapability.Write;

    /// <summary>Checks that the caller may do <paramref name="action"/> with users of <paramref name="project"/>, and says with which.</summary>
    /// <exception cref="ApiException">401, 403.</exception>
    public async Task<Caller> AuthorizeAsync(HttpContext context, string project, string action)
    {
        if (LocalAdministrator.Is(context))
        {
            return Caller.LocalAdministrator;
        }

        var (token, inspection) = await InspectAsync(context, project);
        var capability = GatewayCapability.Of(inspection, action, project) ?? throw new ApiException(
            403,
            $"the token lacks the capability postgresGateway:{action} in project {project}; add it to a CDF group that the token's principal is a member of");
        return new Caller(token, inspection.Subject, capability.Usernames);
    }

    /// <summary>The user <paramref name="username"/> of <paramref name="project"/>, if the caller may do <paramref name="action"/> with it.</summary>
    /// <exception cref="ApiException">401, 403; 404 if there is no such user, or none that the caller may know of.</exception>
    public async Task<GatewayUser> AuthorizeForUserAsync(HttpContext context, string project, string username, string action)
    {
        var caller = await AuthorizeAsync(context, project, action);
        return await FindAsync(caller, project, username, context.RequestAborted) ?? throw ApiException.NoUsers(project, [username]);
    }

    /// <summary>The user <paramref name="username"/> of <paramref name="project"/>; null if there is none, or none that the caller may know of.</summary>
    public async Task<GatewayUser?> FindAsync(Caller caller, string project, string username, CancellationToken cancellationToken) =>
        caller.Covers(username) && await users.FindAsync(username, cancellationToken) is { } user && user.Project == project ? user : null;

    /// <summary>Lets a caller pass who may do <paramref name="action"/> with all users of <paramref name="project"/>.</summary>
    /// <exception cref="ApiException">401, 403.</exception>
    public async Task<Caller> AuthorizeForAllAsync(HttpContext context, string project, string action)
    {
        var caller = await AuthorizeAsync(context, project, action);
        return caller.Usernames is null
            ? caller
            : throw new ApiException(403, $"the token has postgresGateway:{action} for certain users only ({GatewayCapability.UsersScope}); this call needs it with scope all");
    }

    /// <summary>Checks that the caller's token is one for <paramref name="project"/>, whatever it may do there; null for any project.</summary>
    /// <exception cref="ApiException">401.</exception>
    public async Task<Caller> IdentifyAsync(HttpContext context, string? project)
    {
        var (token, inspection) = await InspectAsync(context, project);
        return new Caller(token, inspection.Subject, Usernames: null);
    }

    private async Task<(string Token, TokenInspection Inspection)> InspectAsync(HttpContext context, string? project)
    {
        var token = BearerToken(context.Request);
        var inspection = await InspectAsync(token, context.RequestAborted);
        return project is null || inspection.Projects.Contains(project, StringComparer.Ordinal)
            ? (token, inspection)
            : throw new ApiException(
                401,
                $"Unauthorized: the token has no access to project {project}. Check the project's name, and that one of its CDF groups has the source id of a "
                + "group that the token's principal is a member of");
    }

    private async Task<TokenInspection> InspectAsync(string token, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.InspectionTimeout);
        CdfResult<TokenInspection> result;
        try
        {
            result = await clients.ForToken(string.Empty, token).Token.InspectAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(503, $"CDF did not tell within {options.InspectionTimeout.TotalSeconds:0} s what the token may do; try again");
        }

        return result.IsSuccess ? result.Value : throw Refusal(result.Error);
    }

    private static ApiException Refusal(CdfError error) => error.Kind switch
    {
        CdfErrorKind.Unauthorized or CdfErrorKind.Forbidden => new ApiException(
            error.Status,
            $"invalid token: CDF says \"{error.Message}\" to token/inspect (request id {error.RequestId}). If the token has not expired, it is valid but may not "
            + "be inspected: check that the CDF group's source id is the object id of a group of the identity provider that the token's principal is a member "
            + "of, and that the CDF group has the capabilities project:list and groups:list"),
        CdfErrorKind.BadRequest => new ApiException(401, $"invalid token: CDF says \"{error.Message}\" (request id {error.RequestId})"),
        CdfErrorKind.Throttled => new ApiException(429, $"CDF says \"{error.Message}\"; try again later"),
        _ => new ApiException(503, $"CDF cannot tell now what the token may do: {error.Message}"),
    };

    private static string BearerToken(HttpRequest request)
    {
        const string Prefix = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        var token = header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : string.Empty;
        return token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? token
            : throw new ApiException(401, "Unauthorized: send the header \"Authorization: Bearer <token>\" with a token for this CDF project");
    }
}
