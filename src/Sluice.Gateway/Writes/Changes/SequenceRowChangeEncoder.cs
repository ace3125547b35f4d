using System.Text;
using System.Text.Json;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>
/// UPDATE and DELETE of rows of sequences by number. Which of them there are is asked first: CDF does not count what it deletes, and an insert would
/// make rows that are not there.
/// </summary>
internal sealed class SequenceRowChangeEncoder(WritePlan plan, WriteContext context) : BatchEncoder(plan, context)
{
    private readonly FieldWriter? _values = plan.Verb == WriteVerb.Update ? FieldWriter.ForItem(plan.Columns[0], 0) : null;
    private readonly int _number = plan.PositionOf("row_number");

    public override int BatchRows => 1_000;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var series = new DataPointJson(Plan, batch);
        var numbers = ((FixedColumn<long>)batch.Columns[_number]).Values;
        var open = new Dictionary<string, JsonBatch>(StringComparer.Ordinal);
        var seen = new HashSet<(string, long)>();
        for (var row = 0; row < batch.Count; row++)
        {
            if (!series.NamesSeries(row) || batch.Columns[_number].IsNull(row) || numbers[row] < 0)
            {
                LeaveOut(batch, row);
                continue;
            }

            var name = NameOf(series, row);
            if (open.TryGetValue(name, out var items) && _values is not null && !seen.Add((name, numbers[row])))
            {
                // The later change is of the row as the earlier one has left it.
                requests.Add(Close(name, items));
                open.Remove(name);
                items = null;
            }

            seen.Add((name, numbers[row]));
            if (items is null)
            {
                items = new JsonBatch("row_number");
                open.Add(name, items);
                series.Hold(items, row);
            }

            Write(items.Json, batch, row, numbers[row]);
            items.EndItem(batch.OriginOf(row));
        }

        foreach (var (name, items) in open)
        {
            requests.Add(Close(name, items));
        }
    }

    private void Write(Utf8JsonWriter json, RowBatch batch, int row, long number)
    {
        json.WriteStartObject();
        json.WriteNumber("rowNumber"u8, number);
        if (_values is not null)
        {
            if (batch.Columns[0].IsNull(row))
            {
                throw Errors.NullValue(batch, row, 0);
            }

            json.WritePropertyName("values"u8);
            _values.Write(json, batch, row, Errors);
        }

        json.WriteEndObject();
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
            Request = Plan.Verb == WriteVerb.Delete ? SequenceRowsApi.Delete(body) : SequenceRowsApi.Insert(body),
            Rows = items.Rows,
            Claim = FenceClaim.Whole(Scope("sequence_rows"), sequence.StartsWith("{\"id\"", StringComparison.Ordinal) ? KeyKind.Id : KeyKind.ExternalId, items.HeldKeys()),
            Keys = items.Keys,
            Preparation = new SequenceRowsFirst(sequence),
        };
    }
}
