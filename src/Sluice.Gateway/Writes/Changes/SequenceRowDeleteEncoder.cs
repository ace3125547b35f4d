using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>DELETE of rows of sequences by number; which of them there are is asked first, since CDF does not count what it deletes.</summary>
internal sealed class SequenceRowDeleteEncoder(WritePlan plan, WriteContext context) : BatchEncoder(plan, context)
{
    private readonly int _number = plan.PositionOf("row_number");

    public override int BatchRows => 1_000;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var series = new DataPointJson(Plan, batch);
        var numbers = ((FixedColumn<long>)batch.Columns[_number]).Values;
        var open = new Dictionary<string, JsonBatch>(StringComparer.Ordinal);
        for (var row = 0; row < batch.Count; row++)
        {
            if (!series.NamesSeries(row) || batch.Columns[_number].IsNull(row) || numbers[row] < 0)
            {
                LeaveOut(batch, row);
                continue;
            }

            var name = NameOf(series, row);
            if (!open.TryGetValue(name, out var items))
            {
                items = new JsonBatch("row_number");
                open.Add(name, items);
                series.Hold(items, row);
            }

            items.Json.WriteNumberValue(numbers[row]);
            items.EndItem(batch.OriginOf(row));
        }

        foreach (var (name, items) in open)
        {
            requests.Add(Close(name, items));
        }
    }

    private static string NameOf(DataPointJson series, int row)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            series.WriteSeries(json, row);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private EncodedWrite Close(string sequence, JsonBatch items)
    {
        var body = items.Close();
        return new EncodedWrite(items.Body)
        {
            Plan = Plan,
            Items = items.Spans,
            Request = SequenceRowsApi.Delete(body),
            Rows = items.Rows,
            Claim = FenceClaim.Whole(Scope("sequence_rows"), sequence.StartsWith("{\"id\"", StringComparison.Ordinal) ? KeyKind.Id : KeyKind.ExternalId, items.HeldKeys()),
            Keys = items.Keys,
            Preparation = new SequenceRowsToDelete(sequence),
        };
    }

    /// <summary>Reads the rows, and deletes those that there are.</summary>
    private sealed class SequenceRowsToDelete(string sequence) : WritePreparation
    {
        public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
        {
            var numbers = part.Items.Select(item => long.Parse(part.Write.ItemBody(item).Span, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            var found = new Dictionary<long, byte[]>();
            foreach (var number in numbers.Distinct())
            {
                var response = await client.SendAsync(SequenceRowsApi.List(Question(number)), CancellationToken.None, stop);
                if (!response.IsSuccess)
                {
                    return response.Error.Missing.Count > 0 || response.Error.Kind == Cdf.Errors.CdfErrorKind.NotFound
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

            var body = Delete(seen);
            return new Prepared(part.Instead(kept, part.Request with { Body = body.WrittenMemory }, body))
            {
                NotApplied = notApplied,
                Rows = [.. kept.Select(item => new ReturnedRow(part.Write.Items!.OriginOf(item), found[numbers[part.Items.ToList().IndexOf(item)]]))],
            };
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

        private byte[] Question(long number) =>
            Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{sequence[..^1]},\"start\":{number},\"end\":{number + 1},\"limit\":1}}"));

        private PooledBuffer Delete(IEnumerable<long> numbers)
        {
            var body = new PooledBuffer();
            body.Write(Encoding.UTF8.GetBytes($"{{\"items\":[{sequence[..^1]},\"rows\":[{string.Join(',', numbers)}]}}]}}"));
            return body;
        }
    }
}
