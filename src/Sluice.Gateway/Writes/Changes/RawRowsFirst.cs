using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>
/// Reads the RAW rows that a request is about, and merges: RAW replaces rows, a statement changes only the columns that it names. Two writers of
/// one row through other ways than this process may overwrite each other between the read and the write.
/// </summary>
internal sealed class RawRowsFirst(string database, string table) : WritePreparation
{
    private const int Parallel = 8;

    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var plan = part.Write.Plan;
        var rows = new byte[]?[part.Items.Count];
        CdfError? failure = null;
        await System.Threading.Tasks.Parallel.ForAsync(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (i, _) =>
        {
            if (failure is not null)
            {
                return;
            }

            var response = await client.SendAsync(RawApi.GetRow(database, table, KeyOf(part, part.Items[i])), CancellationToken.None, stop);
            if (response.IsSuccess)
            {
                rows[i] = response.Body.ToArray();
            }
            else if (response.Error.Kind != CdfErrorKind.NotFound)
            {
                failure = response.Error;
            }
        });
        return failure is null ? Merge(part, plan, rows) : Prepared.Failed(failure);
    }

    private static string KeyOf(WritePart part, int item)
    {
        using var document = JsonDocument.Parse(part.Write.ItemBody(item));
        return document.RootElement.GetProperty("key"u8).GetString()!;
    }

    private Prepared Merge(WritePart part, WritePlan plan, byte[]?[] rows)
    {
        var notApplied = new List<int>();
        var kept = new List<int>();
        var returned = new List<ReturnedRow>();
        var body = new PooledBuffer();
        using (var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            for (var i = 0; i < rows.Length; i++)
            {
                var item = part.Items[i];
                if (plan.Verb is WriteVerb.Update or WriteVerb.Delete ? rows[i] is null : rows[i] is not null && plan.Conflict == ConflictAction.Ignore)
                {
                    notApplied.Add(item);
                    continue;
                }

                kept.Add(item);
                using var given = JsonDocument.Parse(part.Write.ItemBody(item));
                using var existing = rows[i] is { } row ? JsonDocument.Parse(row) : null;
                WriteRow(json, plan, given.RootElement, existing?.RootElement);
                if (plan.ReturnsRows)
                {
                    returned.Add(new ReturnedRow(part.Write.Items!.OriginOf(item), Returned(plan, given.RootElement, existing?.RootElement)));
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (kept.Count == 0)
        {
            body.Dispose();
            return new Prepared((WritePart?)null) { NotApplied = notApplied };
        }

        return new Prepared(part.Instead(kept, part.Request with { Body = body.WrittenMemory }, body)) { NotApplied = notApplied, Rows = returned };
    }

    private static void WriteRow(Utf8JsonWriter json, WritePlan plan, JsonElement given, JsonElement? existing)
    {
        json.WriteStartObject();
        json.WritePropertyName("key"u8);
        given.GetProperty("key"u8).WriteTo(json);
        if (plan.Verb != WriteVerb.Delete)
        {
            json.WritePropertyName("columns"u8);
            WriteColumns(json, plan, given.GetProperty("columns"u8), existing);
        }

        json.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter json, WritePlan plan, JsonElement given, JsonElement? existing)
    {
        // Of raw_rows the columns are one value, which is replaced.
        if (plan.Table.Kind == TableKind.RawRows || existing is null || !existing.Value.TryGetProperty("columns"u8, out var old))
        {
            given.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var column in old.EnumerateObject())
        {
            if (!Changes(plan, column.Name) || !given.TryGetProperty(column.Name, out _))
            {
                column.WriteTo(json);
            }
        }

        foreach (var column in given.EnumerateObject())
        {
            if (Changes(plan, column.Name))
            {
                column.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Of DO UPDATE only some of the columns are for a row that exists.</summary>
    private static bool Changes(WritePlan plan, string column) =>
        plan.Verb == WriteVerb.Update || plan.ConflictColumns.Any(changed => changed.CdfField == column);

    /// <summary>The row as CDF has it, and afterwards: with what the columns of the keys are called in CDF.</summary>
    private byte[] Returned(WritePlan plan, JsonElement given, JsonElement? existing)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("database"u8, database);
            json.WriteString("table"u8, table);
            json.WritePropertyName("key"u8);
            given.GetProperty("key"u8).WriteTo(json);
            json.WritePropertyName("columns"u8);
            if (plan.Verb == WriteVerb.Delete)
            {
                existing!.Value.GetProperty("columns"u8).WriteTo(json);
            }
            else
            {
                WriteColumns(json, plan, given.GetProperty("columns"u8), existing);
            }

            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
