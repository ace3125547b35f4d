using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/tables/{username}/byids</c>: 1 to 10 tables by name, custom or built-in, in the order of the request.
/// </summary>
internal sealed class RetrieveTables(GatewayAccess access, UserTableStore tables)
{
    private const int MaxItems = 10;

    public async Task<IResult> HandleAsync(string project, string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, project, username, GatewayAccess.Read);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.TablenamesRequest, context.RequestAborted);
        var names = Schema.Items(request, MaxItems).Select(item => Schema.Required(item.Tablename, "tablename")).Distinct(StringComparer.Ordinal).ToList();
        var custom = (await tables.ListAsync(user.Username, context.RequestAborted)).Select(table => TableAnswers.Of(table, created: false));
        var all = user.BuiltInTables.Select(TableAnswers.Of).Concat(custom).ToDictionary(table => table.Tablename, StringComparer.Ordinal);
        var missing = names.Where(name => !all.ContainsKey(name)).ToList();
        return missing.Count == 0 || request.IgnoresUnknown
            ? TypedResults.Json(
                new ItemsAnswer<TableAnswer>([.. names.Where(all.ContainsKey).Select(name => all[name])]),
                AdminJson.Default.ItemsAnswerTableAnswer)
            : throw ApiException.NoTables(username, missing);
    }
}
