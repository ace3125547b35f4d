using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Version1;

/// <summary>
/// Who may do what in version 1, which knows no capability of the gateway's own: with any valid token of the project users are made; whoever made a user
/// changes its tables.
/// </summary>
internal sealed class Version1Access(GatewayAccess access, UserStore users)
{
    /// <summary>The version of these users.</summary>
    public const int Version = 1;

    /// <summary>The user <paramref name="username"/>, if the caller made it.</summary>
    /// <exception cref="ApiException">401; 404 if there is no such user, or another has made it.</exception>
    public async Task<GatewayUser> AuthorizeForUserAsync(HttpContext context, string username)
    {
        var user = await users.FindAsync(username, context.RequestAborted);
        var caller = await access.IdentifyAsync(context, user?.Project);
        return user is { IsOfVersion1: true } && caller.Subject.Length > 0 && user.CreatedBy == caller.Subject
            ? user
            : throw new ApiException(404, $"there is no user {username} of version 1 that this token's application has made");
    }
}
