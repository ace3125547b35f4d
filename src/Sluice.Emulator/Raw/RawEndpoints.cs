using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Raw;

/// <summary><c>/raw/dbs</c>: databases and tables.</summary>
internal static class RawEndpoints
{
    public const string Acl = "rawAcl";

    private const string Tables = "/raw/dbs/{db}/tables";
    private const string Table = Tables + "/{table}";

    public static void Map(ApiRoutes routes)
    {
        routes.Post("/raw/dbs", CreateDatabasesAsync);
        routes.Get("/raw/dbs", ListDatabases);
        routes.Post("/raw/dbs/delete", DeleteDatabasesAsync);
        routes.Post(Tables, CreateTablesAsync);
        routes.Get(Tables, ListTables);
        routes.Post(Tables + "/delete", DeleteTablesAsync);
        routes.Post(Table + "/rows", RawRowWrites.InsertAsync);
        routes.Post(Table + "/rows/delete", RawRowWrites.DeleteAsync);
        routes.Get(Table + "/rows", RawRowReads.List);
        routes.Get(Table + "/rows/{key}", RawRowReads.ByKey);
        routes.Get(Table + "/cursors", RawRowReads.Cursors);
    }

    public static string DatabaseName(CdfCall call) => CheckName(RawPath.Of(call).Database, "dbName", 32);

    public static string TableName(CdfCall call) => CheckName(RawPath.Of(call).Table, "tableName", 64);

    private static string CheckName(string name, string field, int maxLength) =>
        name.Length >= 1 && name.Length <= maxLength
            ? name
            : throw CdfException.Violation(field, $"size must be between 1 and {maxLength}");

    private static async ValueTask<Reply> CreateDatabasesAsync(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "WRITE");
        var names = Names(call, await call.ReadJsonAsync(), 32);
        RequireAll(names, grant.CoversDatabase);
        await call.BeginEffectAsync(Claims("db", names));
        var created = call.Project.Raw.CreateDatabases(names);
        return Reply.Items(StatusCodes.Status201Created, created, static (w, db) => Write(w, db.Name, db.CreatedTime));
    }

    private static ValueTask<Reply> ListDatabases(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "LIST");
        var visible = call.Project.Raw.Databases().Where(d => grant.TouchesDatabase(d.Name)).Select(d => (d.Name, d.CreatedTime));
        return ValueTask.FromResult(Page(call, "raw/dbs", visible));
    }

    private static async ValueTask<Reply> DeleteDatabasesAsync(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "WRITE");
        var body = await call.ReadJsonAsync();
        var names = Names(call, body, 32);
        RequireAll(names, grant.CoversDatabase);
        await call.BeginEffectAsync(Claims("db", names));
        call.Project.Raw.DeleteDatabases(names, body.Flag("recursive"));
        return Reply.Empty();
    }

    private static async ValueTask<Reply> CreateTablesAsync(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "WRITE");
        var database = DatabaseName(call);
        var names = Names(call, await call.ReadJsonAsync(), 64);
        RequireAll(names, n => grant.CoversTable(database, n));
        await call.BeginEffectAsync(Claims($"tables of {database}", names));
        var created = call.Project.Raw.CreateTables(database, names, call.QueryFlag("ensureParent"));
        return Reply.Items(StatusCodes.Status201Created, created, static (w, table) => Write(w, table.Name, table.CreatedTime));
    }

    private static ValueTask<Reply> ListTables(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "LIST");
        var database = DatabaseName(call);
        var visible = call.Project.Raw.Tables(database)
            .Where(t => grant.CoversTable(database, t.Name)).Select(t => (t.Name, t.CreatedTime));
        return ValueTask.FromResult(Page(call, $"raw/dbs/{database}", visible));
    }

    private static async ValueTask<Reply> DeleteTablesAsync(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "WRITE");
        var database = DatabaseName(call);
        var names = Names(call, await call.ReadJsonAsync(), 64);
        RequireAll(names, n => grant.CoversTable(database, n));
        await call.BeginEffectAsync(Claims($"tables of {database}", names));
        call.Project.Raw.DeleteTables(database, names);
        return Reply.Empty();
    }

    private static List<string> Names(CdfCall call, JsonElement body, int maxLength)
    {
        var names = body.Items(1000).EnumerateArray()
            .Select(i => JsonChecks.Text(JsonChecks.Object(i, "item").Required("name"), "name", 1, maxLength)).ToList();
        call.Log.Items = names.Count;
        return names;
    }

    private static void RequireAll(List<string> names, Func<string, bool> covers)
    {
        if (!names.TrueForAll(n => covers(n)))
        {
            throw CdfException.Forbidden();
        }
    }

    private static HashSet<(string Resource, string Key)> Claims(string kind, List<string> names) =>
        [.. names.Select(n => ("raw", $"{kind} {n}"))];

    private static Reply Page(CdfCall call, string list, IEnumerable<(string Name, long CreatedTime)> all)
    {
        var limit = call.QueryLimit(25, 1000);
        var digest = Cursor.Digest(list);
        var after = call.Query("cursor") is { } cursor ? Cursor.Read(digest, cursor) : "";
        var page = all.Where(i => string.CompareOrdinal(i.Name, after) > 0).Take(limit + 1).ToList();
        var next = page.Count > limit ? Cursor.Make(digest, page[limit - 1].Name) : null;
        return Reply.Items(StatusCodes.Status200OK, page.Take(limit), static (w, item) => Write(w, item.Name, item.CreatedTime), next);
    }

    private static void Write(Utf8JsonWriter writer, string name, long createdTime)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteNumber("createdTime"u8, createdTime);
        writer.WriteEndObject();
    }
}
