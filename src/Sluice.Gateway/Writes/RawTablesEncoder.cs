using System.Text;
using Sluice.Cdf.Resources;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>RAW tables: one or more requests for each database of a batch, which makes the database, too.</summary>
internal sealed class RawTablesEncoder(WritePlan plan, WriteContext context) : BatchEncoder(plan, context)
{
    private readonly int _database = plan.IndexOf("_raw_database");
    private readonly int _table = plan.IndexOf("_raw_table");

    public override int BatchRows => RawApi.MaxTablesPerCreate;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var seen = new HashSet<(string Database, string Table)>();
        var open = new Dictionary<string, JsonBatch>(StringComparer.Ordinal);
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                var database = Name(batch, row, _database);
                var table = Name(batch, row, _table);
                if (seen.Add((database, table)))
                {
                    Add(open, database, table, batch.OriginOf(row));
                }
                else if (Plan.Conflict == ConflictAction.Ignore)
                {
                    LeaveOut(batch, row);
                }
                else
                {
                    throw Duplicate(batch, row, database, table);
                }
            }
        }
        catch
        {
            open.Values.ToList().ForEach(items => items.Dispose());
            throw;
        }

        requests.AddRange(open.Select(database => Close(database.Key, database.Value)));
    }

    private static void Add(Dictionary<string, JsonBatch> open, string database, string table, long origin)
    {
        if (!open.TryGetValue(database, out var items))
        {
            items = new JsonBatch("_raw_table");
            open.Add(database, items);
        }

        var name = Encoding.UTF8.GetBytes(table);
        items.Hold(KeyHash.Combine(KeyHash.Of(Encoding.UTF8.GetBytes(database)), KeyHash.Of(name)));
        items.Keys.Add(name, origin);
        items.Json.WriteStartObject();
        items.Json.WriteString("name"u8, name);
        items.Json.WriteEndObject();
        items.EndItem(origin);
    }

    private EncodedWrite Close(string database, JsonBatch items) => new(items.Body)
    {
        Plan = Plan,
        Items = items.Spans,
        Request = RawApi.CreateTables(database, items.Close()),
        Rows = items.Rows,
        Claim = FenceClaim.Whole(Scope(Plan.Table.NameInVersion2), KeyKind.Natural, items.HeldKeys()),
        Keys = items.Keys,
        Creates = true,
    };

    private string Name(RowBatch batch, int row, int index)
    {
        var text = ((VariableColumn)batch.Columns[index])[row];
        return text.IsEmpty
            ? throw Errors.At(batch, row, index, SqlState.InvalidParameterValue, $"column \"{Plan.Columns[index].Name}\" must not be empty")
            : Encoding.UTF8.GetString(text);
    }

    private PgException Duplicate(RowBatch batch, int row, string database, string table)
    {
        var detail = $"Key (_raw_database, _raw_table)=({database}, {table}) stands in the statement twice.";
        return Plan.Conflict == ConflictAction.Update
            ? Errors.At(batch, row, _table, SqlState.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time", detail: detail)
            : Errors.At(
                batch, row, _table, SqlState.UniqueViolation, "duplicate key value violates unique constraint \"raw_tables_pkey\"", detail: detail);
    }
}
