using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Local;

/// <summary><c>GET /local/users/{username}</c>: one user, with the application as which he acts in CDF.</summary>
internal sealed class DescribeUser(UserStore users, CredentialProtector protector)
{
    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var user = await users.FindAsync(username, context.RequestAborted) ?? throw new ApiException(404, $"there is no gateway user {username}");
        var application = protector.Unprotect(user.Username, user.Credentials) is ApplicationCredentials credentials
            ? new ApplicationAnswer(credentials.ClientId, credentials.TokenUrl.AbsoluteUri, credentials.Scopes)
            : null;
        return TypedResults.Json(LocalUserAnswer.Of(user, application), AdminJson.Default.LocalUserAnswer);
    }
}
