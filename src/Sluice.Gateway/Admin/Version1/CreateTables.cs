using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Version1;

/// <summary><c>POST /user/{username}/tables</c>: 1 to 100 tables over RAW, all or none. The same table again is no error.</summary>
internal sealed class CreateTables(Version1Access access, TableOperations operations)
{
    /// <summary>Most items of a request about tables.</summary>
    public const int MaxItems = 100;

    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, username);
        var request = await RequestBody.ReadAsync(context.Request, Version1Json.Default.CreateTablesRequest, context.RequestAborted);
        var declarations = Schema.Items(request, MaxItems).Select(TableDeclaration (item) => Declaration(item)).ToList();
        return TableAnswers.Of(await operations.CreateAsync(user.Username, declarations, context.RequestAborted));
    }

    private static RawTableDeclaration Declaration(CreateTableItem item)
    {
        if (Schema.Required(item.Destination, "destination") != TableAnswers.Raw)
        {
            throw ApiException.Schema("Input should be 'raw'", "destination");
        }

        var name = Schema.Required(item.Name, "name");
        var options = Schema.NoExtra(Schema.Required(item.Options, "options"));
        return new RawTableDeclaration(
            name,
            Schema.Required(options.Database, "database"),
            Schema.Required(options.Table, "table"),
            options.PrimaryKey,
            [.. Schema.Required(item.Columns, "columns").Select(TableAnswers.Column)]);
    }
}
