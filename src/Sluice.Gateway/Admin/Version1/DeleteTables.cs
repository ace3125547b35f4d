using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Version1;

/// <summary><c>POST /user/{username}/tables/delete</c>: removes tables by id, all or none. The RAW tables stay.</summary>
internal sealed class DeleteTables(Version1Access access, UserTableStore tables, TableOperations operations)
{
    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, username);
        var request = await RequestBody.ReadAsync(context.Request, Version1Json.Default.DeleteTablesRequest, context.RequestAborted);
        var items = Schema.Items(request, CreateTables.MaxItems);
        var existing = await tables.ListAsync(user.Username, context.RequestAborted);
        var names = items.Select(item => TableAnswers.Find(existing, item.Id).Declaration.Tablename).Distinct(StringComparer.Ordinal).ToList();
        var missing = await operations.RemoveAsync(user.Username, names, ignoreUnknown: false);
        return missing.Count == 0
            ? TypedResults.Json(new NothingAnswer(), AdminJson.Default.NothingAnswer)
            : throw ApiException.NoTables(username, missing);
    }
}
