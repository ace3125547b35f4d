using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/tables/{username}/update</c>, which the original does not have: gives 1 to 10 tables other names or columns,
/// all or none. RAW tables and views stay as they are.
/// </summary>
internal sealed class UpdateTables(GatewayAccess access, TableOperations operations)
{
    private const int MaxItems = 10;

    public async Task<IResult> HandleAsync(string project, string username, HttpContext context)
    {
        var user = await access.AuthorizeForUserAsync(context, project, username, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.UpdateTablesRequest, context.RequestAborted);
        var wanted = Schema.Items(request, MaxItems)
            .Select(item => (Tablename: Schema.Required(item.Tablename, "tablename"), Alteration: Alteration(Schema.NoExtra(Schema.Required(item.Update, "update")))))
            .ToList();
        if (wanted.Find(item => user.BuiltInTables.Any(table => table.Name == item.Tablename)) is { Tablename: { } builtIn })
        {
            throw new ApiException(400, $"table \"{builtIn}\" is a built-in table; only custom tables can be changed");
        }

        var changed = await operations.ChangeAsync(user.Username, existing => Choose(user.Username, existing, wanted));
        return TypedResults.Json(
            new ItemsAnswer<TableAnswer>([.. changed.Select(table => TableAnswers.Of(table, created: false))]),
            AdminJson.Default.ItemsAnswerTableAnswer);
    }

    private static IEnumerable<(CustomTable Table, TableAlteration Alteration)> Choose(
        string username,
        IReadOnlyList<CustomTable> existing,
        IReadOnlyList<(string Tablename, TableAlteration Alteration)> wanted)
    {
        var tables = existing.ToDictionary(table => table.Declaration.Tablename, StringComparer.Ordinal);
        var missing = wanted.Select(item => item.Tablename).Where(name => !tables.ContainsKey(name)).Distinct(StringComparer.Ordinal).ToList();
        return missing.Count == 0
            ? wanted.Select(item => (tables[item.Tablename], item.Alteration))
            : throw ApiException.NoTables(username, missing);
    }

    private static TableAlteration Alteration(TableUpdate update)
    {
        if (update is { Tablename: null, Columns: null })
        {
            throw ApiException.Schema("Field required", "tablename or columns");
        }

        var columns = update.Columns is null ? null : Schema.NoExtra(update.Columns);
        if (columns is { Add: null, Drop: null, Rename: null })
        {
            throw ApiException.Schema("Field required", "add, drop or rename");
        }

        return new TableAlteration
        {
            Tablename = update.Tablename is null ? null : Schema.Required(Schema.NoExtra(update.Tablename).Set, "set"),
            Drop = [.. (columns?.Drop ?? []).Select(name => Schema.Required(name, "drop"))],
            Rename = (columns?.Rename ?? []).ToImmutableDictionary(column => column.Key, column => Schema.Required(column.Value, column.Key), StringComparer.Ordinal),
            Add = [.. (columns?.Add ?? []).Select(column => CreateTables.Column(column.Key, column.Value))],
        };
    }
}
