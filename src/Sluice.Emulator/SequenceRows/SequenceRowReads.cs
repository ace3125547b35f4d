using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Classic;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.SequenceRows;

/// <summary>Reading rows of one sequence: a range of them in pages, or the last one.</summary>
internal static class SequenceRowReads
{
    private const int MaxLimit = 10_000;
    private const int StandardLimit = 100;

    /// <summary>A page of wide rows is shorter than its limit says.</summary>
    private const int MaxPageValues = 100_000;

    public static async ValueTask<Reply> ListAsync(CdfCall call)
    {
        var grant = call.Rights.Require(SequenceRowEndpoints.Acl, "READ");
        var body = JsonChecks.Object(await call.ReadJsonAsync(), "the request body");
        var limit = body.Optional("limit") is { } value ? (int)JsonChecks.Integer(value, "limit", 1, MaxLimit) : StandardLimit;
        var start = body.Optional("start") is { } first ? JsonChecks.Integer(first, "start", 0) : 0;
        var end = body.Optional("end") is { } last ? JsonChecks.Integer(last, "end", start) : long.MaxValue;
        var digest = Cursor.Digest($"{call.Project.Name}/sequences/data", body);
        var from = body.Optional("cursor") is { } cursor
            ? long.Parse(Cursor.Read(digest, JsonChecks.String(cursor, "cursor")))
            : start;
        lock (call.Project.Gate)
        {
            var (sequence, columns) = Find(call, body, grant);
            limit = Math.Clamp(MaxPageValues / columns.Count, 1, limit);
            var page = call.Project.SequenceRows.Of(sequence.Id).From(from).TakeWhile(r => r.Number < end).Take(limit + 1).ToList();
            var next = page.Count > limit ? Cursor.Make(digest, page[limit].Number.ToString()) : null;
            return Answer(call, sequence, columns, page[..Math.Min(page.Count, limit)], next);
        }
    }

    public static async ValueTask<Reply> LatestAsync(CdfCall call)
    {
        var grant = call.Rights.Require(SequenceRowEndpoints.Acl, "READ");
        var body = JsonChecks.Object(await call.ReadJsonAsync(), "the request body");
        var before = body.Optional("before") is { } value ? JsonChecks.Integer(value, "before", 1) : long.MaxValue;
        lock (call.Project.Gate)
        {
            var (sequence, columns) = Find(call, body, grant);
            var last = call.Project.SequenceRows.Of(sequence.Id).From(0).TakeWhile(r => r.Number < before).LastOrDefault();
            return Answer(call, sequence, columns, last is null ? [] : [last], next: null);
        }
    }

    private static (Record Sequence, IReadOnlyList<Record> Columns) Find(CdfCall call, JsonElement body, Grant grant)
    {
        var sequence = call.Project.Sequences.Find([ItemKey.Read(body)], grant, ignoreUnknown: false)[0];
        var columns = Sequences.ColumnsOf(sequence);
        return (sequence, body.Optional("columns") is not { } names
            ? columns.Columns
            : columns.Find([.. JsonChecks.Array(names, "columns", 1, 400).EnumerateArray().Select(n => JsonChecks.String(n, "columns"))]));
    }

    private static Reply Answer(
        CdfCall call, Record sequence, IReadOnlyList<Record> columns, IReadOnlyList<SequenceRow> rows, string? next)
    {
        call.Log.Items = 1;
        call.Log.Rows = rows.Count;
        return Reply.Json(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("id"u8, sequence.Id);
            if (Sequences.ExternalIdOf(sequence) is { } externalId)
            {
                writer.WriteString("externalId"u8, externalId);
            }

            writer.WriteStartArray("columns"u8);
            foreach (var column in columns)
            {
                SequenceColumnsField.WriteShort(writer, column);
            }

            writer.WriteEndArray();
            WriteRows(writer, columns, rows);
            if (next is not null)
            {
                writer.WriteString("nextCursor"u8, next);
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteRows(Utf8JsonWriter writer, IReadOnlyList<Record> columns, IReadOnlyList<SequenceRow> rows)
    {
        writer.WriteStartArray("rows"u8);
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            writer.WriteNumber("rowNumber"u8, row.Number);
            writer.WriteStartArray("values"u8);
            foreach (var column in columns)
            {
                SequenceCell.Write(writer, row.Values.GetValueOrDefault(column.Id));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
