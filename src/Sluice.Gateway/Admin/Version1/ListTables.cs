using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Version1;

/// <summary><c>GET /user/{username}/tables</c>: the user's own tables by name, all at once.</summary>
internal sealed class ListTables(Version1Access access, UserTableStore tables)
{
    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, username);
        return TableAnswers.Of(await tables.ListAsync(user.Username, context.RequestAborted));
    }
}
