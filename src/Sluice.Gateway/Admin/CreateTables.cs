using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/tables/{username}</c>: 1 to 10 tables, all or none. The same table again is no error, since clients
/// repeat this call after a lost answer.
/// </summary>
internal sealed class CreateTables(GatewayAccess access, TableOperations operations, ViewLookup views)
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

        var stored = await operations.CreateAsync(user.Username, declarations, context.RequestAborted);
        return TypedResults.Json(
            new ItemsAnswer<TableAnswer>([.. stored.Select(table => TableAnswers.Of(table, created: true))]),
            AdminJson.Default.ItemsAnswerTableAnswer);
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

    /// <summary>A column as a request declares it.</summary>
    /// <exception cref="ApiException">422.</exception>
    public static DeclaredColumn Column(string name, CreateColumn? column)
    {
        var declared = Schema.NoExtra(Schema.Required(column, name));
        return new DeclaredColumn(name, Schema.Required(declared.Type, "type")).Over(name, declared.RawColumn ?? name);
    }
}
