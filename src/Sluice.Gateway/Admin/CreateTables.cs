using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/tables/{username}</c>: 1 to 10 tables, all or none. The same table again is no error, since clients
/// repeat this call after a lost answer.
/// </summary>
internal sealed class CreateTables(GatewayAccess access, UserTableStore tables, IUserDatabaseTables databases, ViewLookup views, TimeProvider time)
{
    private const int MaxItems = 10;

    public async Task<IResult> HandleAsync(string project, string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, project, username, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.CreateTablesRequest, context.RequestAborted);
        var items = Schema.Items(request, MaxItems);
        foreach (var item in items)
        {
            Check(item);
        }

        var declarations = new List<TableDeclaration>(items.Count);
        foreach (var item in items)
        {
            declarations.Add(item.Type == TableAnswers.View ? await views.DeclareAsync(user, item, context.RequestAborted) : RawRows(item));
        }

        CheckDistinct(declarations);
        declarations.ForEach(declaration => declaration.ToDefinition());
        try
        {
            var stored = await tables.AddAsync(
                user.Username,
                declarations,
                time.NowInMilliseconds(),
                (added, cancellation) => databases.AddAsync(user.Username, added, cancellation),
                context.RequestAborted);
            return TypedResults.Json(
                new ItemsAnswer<TableAnswer>([.. stored.Select(table => TableAnswers.Of(table, created: true))]),
                AdminJson.Default.ItemsAnswerTableAnswer);
        }
        catch (TableExistsException e)
        {
            throw new ApiException(400, $"{e.Message}; delete it first, or choose another name");
        }
    }

    /// <summary>Refuses what does not fit the schema, before CDF is asked for views.</summary>
    private static void Check(CreateTableItem item)
    {
        switch (Schema.Required(item.Type, "type"))
        {
            case TableAnswers.RawRows:
                RawRows(item);
                break;
            case TableAnswers.View:
                ViewLookup.Check(item);
                break;
            default:
                throw ApiException.Schema("Input should be 'raw_rows' or 'view'", "type");
        }
    }

    private static RawTableDeclaration RawRows(CreateTableItem item)
    {
        var options = Schema.NoExtra(Schema.Required(item.Options, "options"));
        Schema.Absent(options.Space, "space");
        Schema.Absent(options.ExternalId, "externalId");
        Schema.Absent(options.Version, "version");
        Schema.Absent(options.InstanceType, "instanceType");
        return new RawTableDeclaration(
            Schema.Required(item.Tablename, "tablename"),
            Schema.Required(options.Database, "database"),
            Schema.Required(options.Table, "table"),
            options.PrimaryKey,
            [.. Schema.Required(item.Columns, "columns").Select(column => Column(column.Key, column.Value))]);
    }

    private static DeclaredColumn Column(string name, CreateColumn? column) =>
        new(name, Schema.Required(Schema.NoExtra(Schema.Required(column, name)).Type, "type"));

    private static void CheckDistinct(List<TableDeclaration> declarations)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (declarations.Find(declaration => !names.Add(declaration.Tablename)) is { } twice)
        {
            throw new ApiException(400, $"table \"{twice.Tablename}\" is in the request more than once");
        }
    }
}
