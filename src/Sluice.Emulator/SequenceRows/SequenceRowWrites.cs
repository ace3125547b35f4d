using System.Text.Json;
using Sluice.Emulator.Classic;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.SequenceRows;

/// <summary>Inserting, which overwrites the cells that it names, and deleting rows: all of the request or nothing.</summary>
internal static class SequenceRowWrites
{
    private const int MaxSequences = 1000;
    private const int MaxRows = 10_000;
    private const int MaxValues = 100_000;
    private const int MaxColumns = 200;

    public static async ValueTask<Reply> InsertAsync(CdfCall call)
    {
        var grant = call.Rights.Require(SequenceRowEndpoints.Acl, "WRITE");
        var items = (await call.ReadJsonAsync()).Items(MaxSequences).EnumerateArray().Select(InsertItem.Read).ToList();
        call.Log.Items = items.Count;
        call.Log.Rows = items.Sum(i => (long)i.Rows.Count);
        CheckSize(call.Log.Rows, items.Sum(i => (long)i.Rows.Count * i.Columns.Count));
        var keys = items.ConvertAll(i => i.Key);
        await call.BeginEffectAsync(Claims(call, keys));
        lock (call.Project.Gate)
        {
            var sequences = call.Project.Sequences.Find(keys, grant, ignoreUnknown: false);
            ClassicCreate.CheckAccess(call, call.Project.Sequences, grant, sequences);
            var cells = items.Zip(sequences).Select(p => (p.Second.Id, p.First.Decode(Sequences.ColumnsOf(p.Second)))).ToList();
            foreach (var (id, rows) in cells)
            {
                var table = call.Project.SequenceRows.Of(id);
                rows.ForEach(c => table.Put(c.Row, c.Column, c.Value));
            }
        }

        return Reply.Empty();
    }

    public static async ValueTask<Reply> DeleteAsync(CdfCall call)
    {
        var grant = call.Rights.Require(SequenceRowEndpoints.Acl, "WRITE");
        var items = (await call.ReadJsonAsync()).Items(MaxSequences).EnumerateArray().ToList();
        var keys = items.ConvertAll(i => call.Project.Sequences.Type.ReadKey(i, instances: false));
        var numbers = items.ConvertAll(i => JsonChecks.Array(i.Required("rows"), "rows", 1, MaxRows).EnumerateArray()
            .Select(n => JsonChecks.Integer(n, "rows", 0)).ToList());
        call.Log.Items = items.Count;
        call.Log.Rows = numbers.Sum(n => (long)n.Count);
        await call.BeginEffectAsync(Claims(call, keys));
        lock (call.Project.Gate)
        {
            var sequences = call.Project.Sequences.Find(keys, grant, ignoreUnknown: false);
            ClassicCreate.CheckAccess(call, call.Project.Sequences, grant, sequences);
            for (var i = 0; i < sequences.Count; i++)
            {
                numbers[i].ForEach(call.Project.SequenceRows.Of(sequences[i].Id).Remove);
            }
        }

        return Reply.Empty();
    }

    private static List<(string Resource, string Key)> Claims(CdfCall call, IReadOnlyList<ItemKey> keys) =>
        [.. ClassicClaims.Of(call.Project.Sequences, keys).Select(k => ("sequences/data", k.Key))];

    private static void CheckSize(long rows, long values)
    {
        if (rows > MaxRows)
        {
            throw CdfException.Violation("rows", $"a request must not have more than {MaxRows}");
        }

        if (values > MaxValues)
        {
            throw CdfException.Violation("values", $"a request must not have more than {MaxValues}");
        }
    }

    private sealed record InsertItem(ItemKey Key, List<string> Columns, List<(long Number, JsonElement Values)> Rows)
    {
        public static InsertItem Read(JsonElement item)
        {
            var key = ItemKey.Read(item);
            var columns = JsonChecks.Array(item.Required("columns"), "columns", 1, MaxColumns).EnumerateArray()
                .Select(c => JsonChecks.Text(c, "columns", 1, 255)).ToList();
            var rows = JsonChecks.Array(item.Required("rows"), "rows", 1, MaxRows).EnumerateArray()
                .Select(r => (
                    JsonChecks.Integer(JsonChecks.Object(r, "rows").Required("rowNumber"), "rowNumber", 0),
                    JsonChecks.Array(r.Required("values"), "values"))).ToList();
            if (columns.Distinct(StringComparer.Ordinal).Count() != columns.Count)
            {
                throw CdfException.BadRequest("A column is named twice in columns");
            }

            if (rows.Exists(r => r.Item2.GetArrayLength() != columns.Count))
            {
                throw CdfException.BadRequest($"Each row must have as many values as there are columns, here {columns.Count}");
            }

            if (rows.DistinctBy(r => r.Item1).Count() != rows.Count)
            {
                throw CdfException.BadRequest("A row number occurs twice in rows");
            }

            return new InsertItem(key, columns, rows);
        }

        public List<(long Row, long Column, object? Value)> Decode(SequenceColumns known)
        {
            var columns = known.Find(Columns);
            return [.. Rows.SelectMany(row =>
                row.Values.EnumerateArray().Select((value, i) => (row.Number, columns[i].Id, SequenceCell.Read(value, columns[i]))))];
        }
    }
}
