using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Version1;

/// <summary><c>POST /user/{username}/tables</c>: 1 to 100 tables over RAW, all or none. The same table again is no error.</summary>
internal sealed class CreateTables(Version1Access access, UserTableStore tables, IUserDatabaseTables databases, TimeProvider time)
{
    /// <summary>Most items of a request about tables.</summary>
    public const int MaxItems = 100;

    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, username);
        var request = await RequestBody.ReadAsync(context.Request, Version1Json.Default.CreateTablesRequest, context.RequestAborted);
        var declarations = Schema.Items(request, MaxItems).Select(Declaration).ToList();
        TableNames.CheckDistinct(declarations.Select(declaration => declaration.Tablename));
        declarations.ForEach(declaration => declaration.ToDefinition());
        try
        {
            return TableAnswers.Of(await tables.AddAsync(
                user.Username,
                declarations,
                time.NowInMilliseconds(),
                (added, cancellation) => databases.AddAsync(user.Username, added, cancellation),
                context.RequestAborted));
        }
        catch (TableExistsException e)
        {
            throw new ApiException(400, $"{e.Message}; delete it first, or choose another name");
        }
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
            [.. Schema.Required(item.Columns, "columns").Select(TableNames.Column)]);
    }
}
