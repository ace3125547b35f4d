using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary><c>POST /api/v1/projects/{project}/postgresgateway/byids</c>: 1 to 10 users by name, in the order of the request.</summary>
internal sealed class RetrieveUsers(GatewayAccess access, UserStore users, TimeProvider time)
{
    private const int MaxItems = 10;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Read);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.UsernamesRequest, context.RequestAborted);
        var names = Schema.Items(request, MaxItems).Select(item => Schema.Required(item.Username, "username")).Distinct(StringComparer.Ordinal).ToList();
        var found = (await users.FindAsync(project, names.Where(caller.Covers), context.RequestAborted))
            .ToDictionary(user => user.Username, StringComparer.Ordinal);
        var missing = names.Where(name => !found.ContainsKey(name)).ToList();
        return missing.Count == 0 || request.IgnoresUnknown
            ? UserAnswers.Of(context.Request, time, names.Where(found.ContainsKey).Select(name => found[name]))
            : throw ApiException.NoUsers(project, missing);
    }
}
