using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Raw;

/// <summary>Listing rows, rows by key, and cursors for parallel reading.</summary>
internal static class RawRowReads
{
    private const int MaxRows = 10_000;
    private const int DefaultCursors = 10;

    public static ValueTask<Reply> List(CdfCall call)
    {
        var (database, name) = RequireTable(call);
        var limit = call.QueryLimit(25, MaxRows);
        var digest = Digest(database, name);
        var position = call.Query("cursor") is { } cursor
            ? RawPosition.Parse(Cursor.Read(digest, cursor))
            : new RawPosition(0, 1, call.QueryNumber("minLastUpdatedTime"), call.QueryNumber("maxLastUpdatedTime"), "");
        var columns = call.Http.Request.Query["columns"].ToString();
        var chosen = columns.Length == 0
            ? null
            : columns.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var filterNulls = call.QueryFlag("filterNullFields");
        var table = call.Project.Raw.Table(database, name);
        lock (table)
        {
            var page = table.After(position.AfterKey).Where(position.Contains).Take(limit + 1).ToList();
            var next = page.Count > limit ? Cursor.Make(digest, (position with { AfterKey = page[limit - 1].Key }).ToString()) : null;
            call.Log.Rows = Math.Min(page.Count, limit);
            return ValueTask.FromResult(Reply.Items(
                StatusCodes.Status200OK, page.Take(limit), (writer, row) => Write(writer, row, chosen, filterNulls), next));
        }
    }

    public static ValueTask<Reply> ByKey(CdfCall call)
    {
        var (database, name) = RequireTable(call);
        var key = RawPath.Of(call).Key;
        var table = call.Project.Raw.Table(database, name);
        lock (table)
        {
            var row = table.Find(key) ?? throw CdfException.NotFound($"Row with key {key} not found");
            call.Log.Rows = 1;
            return ValueTask.FromResult(Reply.Json(StatusCodes.Status200OK, writer => Write(writer, row, null, filterNulls: false)));
        }
    }

    public static ValueTask<Reply> Cursors(CdfCall call)
    {
        var (database, name) = RequireTable(call);
        var count = call.QueryNumber("numberOfCursors") ?? DefaultCursors;
        if (count is < 1 or > 10_000)
        {
            throw CdfException.Violation("numberOfCursors", "must be between 1 and 10000");
        }

        call.Project.Raw.Table(database, name);
        var (min, max) = (call.QueryNumber("minLastUpdatedTime"), call.QueryNumber("maxLastUpdatedTime"));
        var digest = Digest(database, name);
        var cursors = Enumerable.Range(0, (int)count)
            .Select(part => Cursor.Make(digest, new RawPosition(part, (int)count, min, max, "").ToString()));
        return ValueTask.FromResult(
            Reply.Items(StatusCodes.Status200OK, cursors, static (writer, cursor) => writer.WriteStringValue(cursor)));
    }

    private static (string Database, string Table) RequireTable(CdfCall call)
    {
        var grant = call.Rights.Require(RawEndpoints.Acl, "READ");
        var (database, table) = (RawEndpoints.DatabaseName(call), RawEndpoints.TableName(call));
        return grant.CoversTable(database, table) ? (database, table) : throw CdfException.Forbidden();
    }

    private static ulong Digest(string database, string table) => Cursor.Digest($"raw rows\n{database}\n{table}");

    private static void Write(Utf8JsonWriter writer, RawRow row, HashSet<string>? chosen, bool filterNulls)
    {
        writer.WriteStartObject();
        writer.WriteString("key"u8, row.Key);
        writer.WritePropertyName("columns"u8);
        if (chosen is null && !filterNulls)
        {
            writer.WriteRawValue(row.Columns, skipInputValidation: true);
        }
        else
        {
            WriteSome(writer, row, chosen, filterNulls);
        }

        writer.WriteNumber("lastUpdatedTime"u8, row.LastUpdatedTime);
        writer.WriteEndObject();
    }

    private static void WriteSome(Utf8JsonWriter writer, RawRow row, HashSet<string>? chosen, bool filterNulls)
    {
        using var columns = JsonDocument.Parse(row.Columns);
        writer.WriteStartObject();
        foreach (var column in columns.RootElement.EnumerateObject())
        {
            if (chosen?.Contains(column.Name) != false && !(filterNulls && column.Value.ValueKind == JsonValueKind.Null))
            {
                column.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}
