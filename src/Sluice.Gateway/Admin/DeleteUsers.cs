using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/delete</c>: one user with his open sessions, database and tables. What CDF has stays; his CDF session is
/// revoked if the caller or he may do so.
/// </summary>
internal sealed class DeleteUsers(GatewayAccess access, UserOperations operations)
{
    private const int MaxItems = 1;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.UsernamesRequest, context.RequestAborted);
        var username = Schema.Required(Schema.Items(request, MaxItems)[0].Username, "username");
        var user = await access.FindAsync(caller, project, username, context.RequestAborted);
        var deleted = user is not null && await operations.DeleteAsync(username, caller.Token);
        return deleted || request.IgnoresUnknown
            ? TypedResults.Json(new NothingAnswer(), AdminJson.Default.NothingAnswer)
            : throw ApiException.NoUsers(project, [username]);
    }
}
