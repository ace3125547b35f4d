using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/delete</c>: one user with his open sessions, database and tables. What CDF has stays; his CDF session is
/// revoked if the caller or he may do so.
/// </summary>
internal sealed class DeleteUsers(
    GatewayAccess access,
    UserStore users,
    IUserDatabaseTables databases,
    UserCdfClients clients,
    CdfSessionEnd sessionEnd)
{
    private const int MaxItems = 1;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.UsernamesRequest, context.RequestAborted);
        var username = Schema.Required(Schema.Items(request, MaxItems)[0].Username, "username");
        var user = await access.FindAsync(caller, project, username, context.RequestAborted);
        if (user is not null)
        {
            // A caller who loses his patience must not leave a half of it.
            user = await users.DeleteAsync(username, cancellation => databases.DropDatabaseAsync(username, cancellation), CancellationToken.None);
        }

        if (user is not null)
        {
            clients.Forget(username);
            await sessionEnd.RevokeAsync(user, caller.Token);
        }
        else if (!request.IgnoresUnknown)
        {
            throw ApiException.NoUsers(project, [username]);
        }

        return TypedResults.Json(new NothingAnswer(), AdminJson.Default.NothingAnswer);
    }
}
