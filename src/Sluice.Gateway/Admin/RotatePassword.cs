using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/rotatepassword</c>, which the original does not have: a new password for one user, told here and never
/// again. The one before ends at once, or after a time of up to 30 days; open sessions go on.
/// </summary>
internal sealed class RotatePassword(GatewayAccess access, UserOperations operations, AdminOptions options)
{
    private const int MaxItems = 1;

    private static readonly int MaxSeconds = (int)UserOperations.MaxPasswordOverlap.TotalSeconds;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.RotatePasswordRequest, context.RequestAborted);
        var item = Schema.Items(request, MaxItems)[0];
        var username = Schema.Required(item.Username, "username");
        var seconds = item.PreviousPasswordValidSeconds ?? 0;
        if (seconds < 0)
        {
            throw ApiException.Schema("Input should be greater than or equal to 0", "previousPasswordValidSeconds");
        }

        if (seconds > MaxSeconds)
        {
            throw ApiException.Schema($"Input should be less than or equal to {MaxSeconds}", "previousPasswordValidSeconds");
        }

        var user = await access.FindAsync(caller, project, username, context.RequestAborted) ?? throw ApiException.NoUsers(project, [username]);
        var (changed, password) = await operations.RotatePasswordAsync(user, TimeSpan.FromSeconds(seconds));
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
