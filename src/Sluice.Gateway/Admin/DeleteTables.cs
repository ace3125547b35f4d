using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/tables/{username}/delete</c>: 1 to 10 custom tables, all or none. RAW tables and views stay.
/// </summary>
internal sealed class DeleteTables(GatewayAccess access, TableOperations operations)
{
    private const int MaxItems = 10;

    public async Task<IResult> HandleAsync(string project, string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, project, username, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.TablenamesRequest, context.RequestAborted);
        var names = Schema.Items(request, MaxItems).Select(item => Schema.Required(item.Tablename, "tablename")).Distinct(StringComparer.Ordinal).ToList();
        if (names.Find(name => user.BuiltInTables.Any(table => table.Name == name)) is { } builtIn)
        {
            throw new ApiException(400, $"table \"{builtIn}\" is a built-in table; only custom tables can be deleted");
        }

        var missing = await operations.RemoveAsync(user.Username, names, request.IgnoresUnknown);
        return missing.Count == 0 || request.IgnoresUnknown
            ? TypedResults.Json(new NothingAnswer(), AdminJson.Default.NothingAnswer)
            : throw ApiException.NoTables(username, missing);
    }
}
