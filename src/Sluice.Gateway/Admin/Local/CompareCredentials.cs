using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Local;

/// <summary>
/// <c>POST /local/users/{username}/comparecredentials</c>: whether the secret of an application is the one that is kept for a user, so that a plan can tell
/// what it would change. Nothing is changed, and nobody is asked.
/// </summary>
internal sealed class CompareCredentials(UserStore users, CredentialProtector protector)
{
    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.CompareCredentialsRequest, context.RequestAborted);
        var secret = Schema.Required(Schema.NoExtra(request).ClientSecret, "clientSecret");
        var user = await users.FindAsync(username, context.RequestAborted) ?? throw new ApiException(404, $"there is no gateway user {username}");
        var same = protector.Unprotect(user.Username, user.Credentials) is ApplicationCredentials stored
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(stored.ClientSecret), Encoding.UTF8.GetBytes(secret));
        return TypedResults.Json(new CompareCredentialsAnswer(same), AdminJson.Default.CompareCredentialsAnswer);
    }
}

internal sealed class CompareCredentialsRequest : StrictModel
{
    public string? ClientSecret { get; set; }
}

internal sealed record CompareCredentialsAnswer(bool Same);
