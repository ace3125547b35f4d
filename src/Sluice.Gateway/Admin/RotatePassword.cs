using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/rotatepassword</c>, which the original does not have: a new password for one user, told here and never
/// again. The one before ends at once, or after a time of up to 30 days; open sessions go on.
/// </summary>
internal sealed class RotatePassword(GatewayAccess access, UserStore users, AdminOptions options, TimeProvider time)
{
    private const int MaxItems = 1;
    private const int MaxSeconds = 30 * 24 * 60 * 60;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.RotatePasswordRequest, context.RequestAborted);
        var item = Schema.Items(request, MaxItems)[0];
        var username = Schema.Required(item.Username, "username");
        var seconds = item.PreviousPasswordValidSeconds switch
        {
            < 0 => throw ApiException.Schema("Input should be greater than or equal to 0", "previousPasswordValidSeconds"),
            > MaxSeconds => throw ApiException.Schema($"Input should be less than or equal to {MaxSeconds}", "previousPasswordValidSeconds"),
            var given => given ?? 0,
        };
        var user = await access.FindAsync(caller, project, username, context.RequestAborted) ?? throw ApiException.NoUsers(project, [username]);

        var now = time.NowInMilliseconds();
        var password = UserSecrets.NewPassword();
        DateTimeOffset? until = seconds == 0 ? null : now.AddSeconds(seconds);

        // Both passwords can be checked in one exchange only if the server's challenge is the same for both.
        var verifier = until is null ? ScramVerifier.Create(password) : ScramVerifier.Create(password, user.Verifier.Salt.ToArray(), user.Verifier.Iterations);
        var changed = await users.SetPasswordAsync(user, verifier, until, now, CancellationToken.None)
            ?? throw new ApiException(409, $"user {username} was deleted or got another password meanwhile");
        var answer = new PasswordRotated(
            options.Host,
            username,
            password,
            changed.CreatedTime.ToUnixTimeMilliseconds(),
            changed.LastUpdatedTime.ToUnixTimeMilliseconds(),
            changed.SessionId,
            changed.PreviousValidUntil?.ToUnixTimeMilliseconds());
        return TypedResults.Json(new ItemsAnswer<PasswordRotated>([answer]), AdminJson.Default.ItemsAnswerPasswordRotated);
    }
}
