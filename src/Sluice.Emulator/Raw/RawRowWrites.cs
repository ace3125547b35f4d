using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Raw;

/// <summary>Inserting (which replaces) and deleting rows.</summary>
internal static class RawRowWrites
{
    private const int MaxRows = 10_000;
    private const int MaxKeyLength = 1024;
    private const int MaxRowBytes = 5 * 1024 * 1024;
    private const int MaxPartLength = 2_621_440;

    public static async ValueTask<Reply> InsertAsync(CdfCall call)
    {
        var (database, name) = RequireTable(call);
        var ensureParent = call.QueryFlag("ensureParent");
        if (call.Counting)
        {
            return await CountAsync(call, database, name, ensureParent);
        }

        var rows = (await call.ReadJsonAsync()).Items(MaxRows).EnumerateArray().Select(ReadRow).ToList();
        call.Log.Items = call.Log.Rows = rows.Count;
        RejectRepeated(rows.ConvertAll(r => r.Key));
        await call.BeginEffectAsync(Claims(call, database, name, rows.Select(r => r.Key)));
        var table = call.Project.Raw.Table(database, name, ensureParent);
        var partial = call.Faults.PartialRaw;
        var now = call.State.NowMs;
        lock (table)
        {
            foreach (var (key, columns) in rows.Take(partial?.Rows ?? rows.Count))
            {
                table.Put(key, columns, now);
            }
        }

        return partial is null ? Reply.Empty() : throw partial.ToError();
    }

    public static async ValueTask<Reply> DeleteAsync(CdfCall call)
    {
        var (database, name) = RequireTable(call);
        var keys = (await call.ReadJsonAsync()).Items(MaxRows).EnumerateArray()
            .Select(i => ReadKey(JsonChecks.Object(i, "item"))).ToList();
        call.Log.Items = call.Log.Rows = keys.Count;
        await call.BeginEffectAsync(Claims(call, database, name, keys));
        var table = call.Project.Raw.Table(database, name);
        lock (table)
        {
            keys.ForEach(table.Remove);
        }

        return Reply.Empty();
    }

    private static (string Database, string Table) RequireTable(CdfCall call)
    {
        var grant = call.Rights.Require(RawEndpoints.Acl, "WRITE");
        var (database, table) = (RawEndpoints.DatabaseName(call), RawEndpoints.TableName(call));
        return grant.CoversTable(database, table) ? (database, table) : throw CdfException.Forbidden();
    }

    private static async ValueTask<Reply> CountAsync(CdfCall call, string database, string table, bool ensureParent)
    {
        call.RequireJson();
        var count = ItemsReader.Count((await call.ReadBytesAsync()).Span);
        if (count is < 1 or > MaxRows)
        {
            throw CdfException.Violation("items", $"size must be between 1 and {MaxRows}");
        }

        call.Log.Items = call.Log.Rows = count;
        await call.BeginEffectAsync([]);
        call.Project.Raw.Table(database, table, ensureParent);
        return Reply.Empty();
    }

    private static (string Key, byte[] Columns) ReadRow(JsonElement item)
    {
        var key = ReadKey(JsonChecks.Object(item, "item"));
        var columns = JsonChecks.Object(item.Required("columns"), "columns");
        var bytes = JsonMarshal.GetRawUtf8Value(columns).ToArray();
        if (bytes.Length > MaxRowBytes)
        {
            throw CdfException.Violation("columns", $"must not exceed {MaxRowBytes} bytes");
        }

        // Only a row that is long as a whole can have a part that is too long.
        if (bytes.Length > MaxPartLength)
        {
            CheckParts(columns);
        }

        return (key, bytes);
    }

    private static void CheckParts(JsonElement columns)
    {
        foreach (var column in columns.EnumerateObject())
        {
            if (column.Name.Length > MaxPartLength || column.Value.GetRawText().Length > MaxPartLength)
            {
                throw CdfException.Violation("columns", $"a column's name and value must not exceed {MaxPartLength} characters");
            }
        }
    }

    private static string ReadKey(JsonElement item) => JsonChecks.Text(item.Required("key"), "key", 1, MaxKeyLength);

    private static void RejectRepeated(List<string> keys)
    {
        var repeated = ClassicResource.Repeated(keys.ConvertAll(ItemKey.OfName));
        if (repeated.Count > 0)
        {
            throw CdfException.BadRequest($"Duplicate row keys in the request: {string.Join(", ", repeated.Select(k => k.Name))}");
        }
    }

    private static IReadOnlyCollection<(string Resource, string Key)> Claims(
        CdfCall call, string database, string table, IEnumerable<string> keys) =>
        call.State.Settings.DetectConflicts ? [.. keys.Select(k => ($"raw {database}/{table}", k)).Distinct()] : [];
}
