using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Local;

/// <summary><c>GET /local/users</c>: the users of all projects, the oldest first.</summary>
internal sealed class ListAllUsers(UserStore users)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var all = await users.ListAsync(context.RequestAborted);
        return TypedResults.Json(
            new ItemsAnswer<LocalUserAnswer>([.. all.Select(user => LocalUserAnswer.Of(user))]),
            AdminJson.Default.ItemsAnswerLocalUserAnswer);
    }
}
