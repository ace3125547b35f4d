using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary><c>GET /api/v1/projects/{project}/postgresgateway/tables/{username}</c>: custom tables by name, after the built-in ones if asked for.</summary>
internal sealed class ListTables(GatewayAccess access, UserTableStore tables)
{
    public async Task<IResult> HandleAsync(string project, string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, project, username, GatewayAccess.Read);
        var limit = PageQuery.Limit(context.Request.Query);
        var after = PageQuery.Cursor(context.Request.Query);
        var builtIns = PageQuery.Boolean(context.Request.Query, "includeBuiltIns") ? user.BuiltInTables.Select(TableAnswers.Of) : [];
        var custom = (await tables.ListAsync(user.Username, context.RequestAborted)).Select(table => TableAnswers.Of(table, created: false));

        // Names are unique over both kinds. A table that is gone by now lets the page begin with the next one in the order of names.
        var all = builtIns.Concat(custom.OrderBy(table => table.Tablename, StringComparer.Ordinal)).ToList();
        var start = after is null ? 0 : StartAfter(all, after);
        var page = all.Skip(start).Take(limit).ToList();
        var next = start + page.Count < all.Count ? PageQuery.NextCursor(page[^1].Tablename) : null;
        return TypedResults.Json(new ItemsAnswer<TableAnswer>(page, next), AdminJson.Default.ItemsAnswerTableAnswer);
    }

    private static int StartAfter(List<TableAnswer> all, string name)
    {
        var at = all.FindIndex(table => table.Tablename == name);
        if (at >= 0)
        {
            return at + 1;
        }

        var next = all.FindIndex(table => table.Type != TableAnswers.BuiltIn && string.CompareOrdinal(table.Tablename, name) > 0);
        return next >= 0 ? next : all.Count;
    }
}
