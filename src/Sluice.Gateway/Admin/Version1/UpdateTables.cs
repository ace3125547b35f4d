using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin.Version1;

/// <summary><c>POST /user/{username}/tables/update</c>: gives tables another name or further columns, all or none. The RAW tables stay as they are.</summary>
internal sealed class UpdateTables(Version1Access access, TableOperations operations)
{
    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, username);
        var request = await RequestBody.ReadAsync(context.Request, Version1Json.Default.UpdateTablesRequest, context.RequestAborted);
        var wanted = Schema.Items(request, CreateTables.MaxItems)
            .Select(item => (item.Id, Alteration: Alteration(Schema.NoExtra(Schema.Required(item.Update, "update")))))
            .ToList();
        return TableAnswers.Of(await operations.ChangeAsync(
            user.Username,
            existing => wanted.Select(item => (TableAnswers.Find(existing, item.Id), item.Alteration))));
    }

    private static TableAlteration Alteration(TableUpdate update)
    {
        if (update is { Name: null, Columns: null })
        {
            throw ApiException.Schema("Field required", "name or columns");
        }

        return new TableAlteration
        {
            Tablename = update.Name is { } name ? Schema.Required(Schema.NoExtra(name).Set, "set") : null,
            Add = update.Columns is { } columns ? [.. Schema.Required(Schema.NoExtra(columns).Add, "add").Select(TableAnswers.Column)] : [],
        };
    }
}
