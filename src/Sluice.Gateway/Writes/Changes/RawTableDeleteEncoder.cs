using System.Text;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>DELETE of RAW tables by name, with all their rows: one request for each, since CDF fails the whole for one that is not there.</summary>
internal sealed class RawTableDeleteEncoder(WritePlan plan, WriteContext context) : BatchEncoder(plan, context)
{
    private readonly int _database = plan.PositionOf("_raw_database");
    private readonly int _table = plan.PositionOf("_raw_table");

    public override int BatchRows => 1_000;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (batch.Columns[_database].IsNull(row) || batch.Columns[_table].IsNull(row))
            {
                LeaveOut(batch, row);
                continue;
            }

            var database = ((VariableColumn)batch.Columns[_database])[row];
            var table = ((VariableColumn)batch.Columns[_table])[row];
            if (database.IsEmpty || table.IsEmpty)
            {
                LeaveOut(batch, row);
                continue;
            }

            var items = new JsonBatch("_raw_table");
            items.Json.WriteStartObject();
            items.Json.WriteString("name"u8, table);
            items.Json.WriteEndObject();
            items.Keys.Add(table, batch.OriginOf(row));
            items.EndItem(batch.OriginOf(row));
            var name = Encoding.UTF8.GetString(database);
            requests.Add(new EncodedWrite(items.Body)
            {
                Plan = Plan,
                Items = items.Spans,
                Request = RawApi.DeleteTables(name, items.Close()),
                Rows = 1,
                Claim = FenceClaim.Whole(Scope(Plan.Table.NameInVersion2), KeyKind.Natural, [KeyHash.Combine(KeyHash.Of(database), KeyHash.Of(table))]),
                Keys = items.Keys,
                Preparation = new RawTableIsThere(name),
            });
        }
    }

    /// <summary>Asks for a row of the table, which CDF refuses with 404 if there is no such table.</summary>
    private sealed class RawTableIsThere(string database) : WritePreparation
    {
        public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
        {
            using var item = JsonDocument.Parse(part.Write.ItemBody(0));
            var table = item.RootElement.GetProperty("name"u8).GetString()!;
            var response = await client.SendAsync(RawApi.ListRows(database, table, limit: 1, cursor: null), CancellationToken.None, stop);
            if (response.IsSuccess)
            {
                var row = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { _raw_database = database, _raw_table = table }));
                return new Prepared(part) { Rows = [new ReturnedRow(part.Write.Items!.OriginOf(0), row) { IsEcho = true }] };
            }

            return response.Error.Kind == CdfErrorKind.NotFound
                ? new Prepared((WritePart?)null) { NotApplied = part.Items }
                : Prepared.Failed(response.Error);
        }
    }
}
