using Microsoft.AspNetCore.Http;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>Checks the bearer token of a call with CDF, for <c>postgresGatewayAcl</c> READ or WRITE.</summary>
internal sealed class GatewayAccess(UserCdfClients clients, UserStore users, AdminOptions options)
{
    public const string Read = "READ";
    public const string Write = "WRITE";
    private const string Acl = "postgresGatewayAcl";
    private const string UsersScope = "usersScope";

    /// <summary>The user <paramref name="username"/> of <paramref name="project"/>, if the caller may do <paramref name="action"/> with it.</summary>
    /// <exception cref="ApiException">401, 403; 404 if there is no such user, or none that the caller may know of.</exception>
    public async Task<GatewayUser> AuthorizeForUserAsync(HttpContext context, string project, string username, string action)
    {
        var grants = await GrantsAsync(context, project, action);
        var user = await users.FindAsync(username, context.RequestAborted);
        return user is not null && user.Project == project && grants.Any(grant => Covers(grant, username))
            ? user
            : throw new ApiException(404, $"there is no gateway user {username} in project {project}");
    }

    /// <summary>Lets a caller pass who may do <paramref name="action"/> with all users of <paramref name="project"/>.</summary>
    /// <exception cref="ApiException">401, 403.</exception>
    public async Task AuthorizeForAllAsync(HttpContext context, string project, string action)
    {
        var grants = await GrantsAsync(context, project, action);
        if (!grants.Exists(grant => !grant.HasScope(UsersScope)))
        {
            throw new ApiException(403, $"the token has postgresGateway:{action} for certain users only ({UsersScope}); this call needs it with scope all");
        }
    }

    private static bool Covers(CdfCapability grant, string username) =>
        !grant.HasScope(UsersScope) || grant.ScopeValues.Contains(username, StringComparer.Ordinal);

    private async Task<List<CdfCapability>> GrantsAsync(HttpContext context, string project, string action)
    {
        var inspection = await InspectAsync(project, BearerToken(context.Request), context.RequestAborted);
        if (!inspection.Projects.Contains(project, StringComparer.Ordinal))
        {
            throw new ApiException(
                401,
                $"Unauthorized: the token has no access to project {project}. Check the project's name, and that one of its CDF groups has the source id of a "
                + "group that the token's principal is a member of");
        }

        var grants = inspection.Capabilities.Where(capability => capability.Grants(Acl, action, project)).ToList();
        return grants.Count > 0
            ? grants
            : throw new ApiException(
                403,
                $"the token lacks the capability postgresGateway:{action} in project {project}; add it to a CDF group that the token's principal is a member of");
    }

    private async Task<TokenInspection> InspectAsync(string project, string token, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.InspectionTimeout);
        CdfResult<TokenInspection> result;
        try
        {
            result = await clients.ForToken(project, token).Token.InspectAsync(limit.Token);
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
