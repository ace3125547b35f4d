using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>Reads the rows of a sequence that are to be changed or deleted, and sends what is about those that there are.</summary>
/// <param name="sequence">The sequence's key as a JSON object: <c>{"externalId":"s"}</c>.</param>
internal sealed class SequenceRowsFirst(string sequence) : WritePreparation
{
    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var numbers = part.Items.Select(item => NumberOf(part, item)).ToList();
        var found = new Dictionary<long, byte[]>();
        var key = KeyOf(sequence);
        foreach (var number in numbers.Distinct())
        {
            var response = await client.SendAsync(SequenceRowsApi.List(key, number, number + 1, limit: 1), CancellationToken.None, stop);
            if (!response.IsSuccess)
            {
                return response.Error.Missing.Count > 0 || response.Error.Kind == CdfErrorKind.NotFound
                    ? new Prepared((WritePart?)null) { NotApplied = part.Items }
                    : Prepared.Failed(response.Error);
            }

            Note(response.Body, found);
        }

        var kept = new List<int>();
        var seen = new HashSet<long>();
        for (var i = 0; i < numbers.Count; i++)
        {
            if (found.ContainsKey(numbers[i]) && seen.Add(numbers[i]))
            {
                kept.Add(part.Items[i]);
            }
        }

        List<int> notApplied = [.. part.Items.Except(kept)];
        if (kept.Count == 0)
        {
            return new Prepared((WritePart?)null) { NotApplied = notApplied };
        }

        if (part.Write.Plan.Verb == WriteVerb.Update)
        {
            return Update(part, kept, notApplied, found);
        }

        var body = Delete(seen);
        return new Prepared(part.Instead(kept, part.Request with { Body = body.WrittenMemory }, body))
        {
            NotApplied = notApplied,
            Rows = [.. kept.Select(item => new ReturnedRow(part.Write.Items!.OriginOf(item), found[numbers[part.Items.ToList().IndexOf(item)]]))],
        };
    }

    private static CdfIdentity KeyOf(string sequence)
    {
        using var document = JsonDocument.Parse(sequence);
        return SeriesKey.Of(document.RootElement);
    }

    private static long NumberOf(WritePart part, int item)
    {
        using var document = JsonDocument.Parse(part.Write.ItemBody(item));
        return document.RootElement.GetProperty("rowNumber"u8).GetInt64();
    }

    /// <summary>The values of all columns of rows: an insert overwrites them.</summary>
    private Prepared Update(WritePart part, List<int> kept, List<int> notApplied, Dictionary<long, byte[]> found)
    {
        var body = new PooledBuffer();
        var rows = new List<ReturnedRow>();
        using (var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            json.WriteStartObject();
            using var key = JsonDocument.Parse(sequence);
            foreach (var field in key.RootElement.EnumerateObject())
            {
                field.WriteTo(json);
            }

            using var first = JsonDocument.Parse(found[NumberOf(part, kept[0])]);
            var columns = first.RootElement.GetProperty("columns"u8);
            json.WritePropertyName("columns"u8);
            columns.WriteTo(json);
            json.WriteStartArray("rows"u8);
            foreach (var item in kept)
            {
                using var given = JsonDocument.Parse(part.Write.ItemBody(item));
                given.RootElement.WriteTo(json);
                rows.Add(new ReturnedRow(part.Write.Items!.OriginOf(item), Changed(found[NumberOf(part, item)], given.RootElement)));
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new Prepared(part.Instead(kept, part.Request with { Body = body.WrittenMemory }, body)) { NotApplied = notApplied, Rows = rows };
    }

    private static byte[] Changed(byte[] row, JsonElement given)
    {
        using var old = JsonDocument.Parse(row);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            foreach (var field in old.RootElement.EnumerateObject())
            {
                if (field.NameEquals("values"u8))
                {
                    json.WritePropertyName("values"u8);
                    given.GetProperty("values"u8).WriteTo(json);
                }
                else
                {
                    field.WriteTo(json);
                }
            }

            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private static void Note(ReadOnlyMemory<byte> answer, Dictionary<long, byte[]> found)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        var columns = root.GetProperty("columns"u8).EnumerateArray().Select(column => column.GetProperty("externalId"u8).GetString()).ToList();
        foreach (var row in root.GetProperty("rows"u8).EnumerateArray())
        {
            using var text = new MemoryStream();
            using (var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions))
            {
                json.WriteStartObject();
                json.WriteNumber("id"u8, root.GetProperty("id"u8).GetInt64());
                json.WriteString("externalId"u8, root.TryGetProperty("externalId"u8, out var externalId) ? externalId.GetString() : null);
                json.WriteNumber("rowNumber"u8, row.GetProperty("rowNumber"u8).GetInt64());
                json.WritePropertyName("columns"u8);
                JsonSerializer.Serialize(json, columns);
                json.WritePropertyName("values"u8);
                row.GetProperty("values"u8).WriteTo(json);
                json.WriteEndObject();
            }

            found[row.GetProperty("rowNumber"u8).GetInt64()] = text.ToArray();
        }
    }

    private PooledBuffer Delete(IEnumerable<long> numbers)
    {
        var body = new PooledBuffer();
        body.Write(Encoding.UTF8.GetBytes($"{{\"items\":[{sequence[..^1]},\"rows\":[{string.Join(',', numbers)}]}}]}}"));
        return body;
    }
}
