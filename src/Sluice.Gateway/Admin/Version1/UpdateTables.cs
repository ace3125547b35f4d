using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Admin.Version1;

/// <summary><c>POST /user/{username}/tables/update</c>: gives tables another name or further columns, all or none. The RAW tables stay as they are.</summary>
internal sealed class UpdateTables(Version1Access access, UserTableStore tables, IUserDatabaseTables databases)
{
    public async Task<IResult> HandleAsync(string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, username);
        var request = await RequestBody.ReadAsync(context.Request, Version1Json.Default.UpdateTablesRequest, context.RequestAborted);
        var items = Schema.Items(request, CreateTables.MaxItems);
        foreach (var item in items)
        {
            Check(Schema.NoExtra(Schema.Required(item.Update, "update")));
        }

        try
        {
            return TableAnswers.Of(await tables.ChangeAsync(
                user.Username,
                existing => Changes(existing, items),
                (changed, cancellation) => databases.ReplaceAsync(user.Username, changed, cancellation),
                CancellationToken.None));
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.LockNotAvailable)
        {
            throw new ApiException(
                503, $"a session of user {username} uses one of the tables, maybe in a transaction that is left open; nothing was changed. End the transaction, then try again");
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.DependentObjectsStillExist)
        {
            throw new ApiException(409, $"{e.Error.Message}: {e.Error.Detail}. Nothing was changed; drop what depends on it first");
        }
    }

    private static void Check(TableUpdate update)
    {
        if (update is { Name: null, Columns: null })
        {
            throw ApiException.Schema("Field required", "name or columns");
        }

        if (update.Name is { } name)
        {
            Schema.Required(Schema.NoExtra(name).Set, "set");
        }

        if (update.Columns is { } columns)
        {
            Schema.Required(Schema.NoExtra(columns).Add, "add");
        }
    }

    private static List<TableChange> Changes(IReadOnlyList<CustomTable> existing, IReadOnlyList<UpdateTableItem> items)
    {
        var changes = items.Select(item => Change(TableAnswers.Find(existing, item.Id), item.Update!)).ToList();
        TableNames.CheckDistinct(changes.Select(change => change.Tablename));
        foreach (var change in changes.Where(change => change.Tablename != change.Declaration.Tablename))
        {
            var name = change.Declaration.Tablename;
            if (existing.Any(table => table.Declaration.Tablename == name) || changes.Exists(other => other != change && other.Declaration.Tablename == name))
            {
                throw new ApiException(400, $"table \"{name}\" exists already; choose another name");
            }
        }

        return changes;
    }

    private static TableChange Change(CustomTable table, TableUpdate update)
    {
        var declaration = TableAnswers.Declaration(table);
        var changed = declaration with
        {
            Tablename = update.Name?.Set ?? declaration.Tablename,
            Columns = [.. declaration.Columns, .. (update.Columns?.Add ?? []).Select(TableNames.Column)],
        };
        changed.ToDefinition();
        return new TableChange(declaration.Tablename, changed);
    }
}
