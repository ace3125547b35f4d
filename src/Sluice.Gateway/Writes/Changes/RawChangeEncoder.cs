using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>
/// UPDATE, DELETE and ON CONFLICT of RAW rows: what is there already is read first, row by row, since RAW has no look-up of many and replaces rows
/// as a whole (rules.md O4).
/// </summary>
internal sealed class RawChangeEncoder : BatchEncoder
{
    private readonly FieldWriter[] _fields;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly HashSet<UInt128> _open = [];
    private readonly int _database;
    private readonly int _table;
    private readonly int _key;

    public RawChangeEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _key = plan.PositionOf(plan.Table.Kind == TableKind.CustomRawRows ? plan.Table.RawPrimaryKey ?? CustomRawTable.KeyColumn : "_raw_key");
        _database = plan.PositionOf("_raw_database");
        _table = plan.PositionOf("_raw_table");
        _fields = [.. Fields(plan).Where(field => IsColumn(plan, field.Index))];
    }

    public override int BatchRows => 1_000;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var open = new Dictionary<(string Database, string Table), JsonBatch>();
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                if (KeyOf(batch, row) is not { } key)
                {
                    LeaveOut(batch, row);
                    continue;
                }

                var target = TargetOf(batch, row);
                var id = KeyHash.Long(Encoding.UTF8.GetBytes($"{target.Database}\0{target.Table}\0{key}"));
                if (!_open.Add(id))
                {
                    if (Plan.Conflict == ConflictAction.Ignore)
                    {
                        LeaveOut(batch, row);
                        continue;
                    }

                    // The later change is of the row as the earlier one has left it.
                    CloseAll(open, requests);
                    _open.Add(id);
                }

                Write(Open(open, target), batch, row, key, target);
                if (open[target] is { Items: var items } && items == BatchRows)
                {
                    requests.Add(Close(target, open[target]));
                    open.Remove(target);
                }
            }

            CloseAll(open, requests);
        }
        catch
        {
            open.Values.ToList().ForEach(items => items.Dispose());
            throw;
        }
    }

    private static IEnumerable<FieldWriter> Fields(WritePlan plan) => plan.Table.Kind == TableKind.CustomRawRows
        ? plan.Columns.Select(FieldWriter.ForRaw)
        : plan.Columns.Select((column, index) => column.Shape == ColumnShape.Object ? new ObjectField(column, index) : FieldWriter.ForRaw(column, index));

    /// <summary>Whether the value is one of the row's columns: of UPDATE those that are set, of INSERT all but keys that are none.</summary>
    private static bool IsColumn(WritePlan plan, int index) => plan.Verb switch
    {
        WriteVerb.Update => index < plan.SetColumns,
        WriteVerb.Delete => false,
        _ => plan.Table.Kind == TableKind.CustomRawRows
            ? plan.Columns[index].Name != CustomRawTable.KeyColumn || plan.Table.RawPrimaryKey is not null
            : plan.Columns[index].Shape == ColumnShape.Object,
    };

    private static JsonBatch Open(Dictionary<(string Database, string Table), JsonBatch> open, (string Database, string Table) target)
    {
        if (!open.TryGetValue(target, out var items))
        {
            items = new JsonBatch("_raw_key");
            open.Add(target, items);
        }

        return items;
    }

    private (string Database, string Table) TargetOf(RowBatch batch, int row) => Plan.Table.Kind == TableKind.CustomRawRows
        ? (Plan.Table.RawDatabase!, Plan.Table.RawTable!)
        : (Text(batch, row, _database), Text(batch, row, _table));

    private static string Text(RowBatch batch, int row, int column) => Encoding.UTF8.GetString(((VariableColumn)batch.Columns[column])[row]);

    /// <summary>The row's key; <see langword="null"/> if no row can have it.</summary>
    private string? KeyOf(RowBatch batch, int row)
    {
        var indexes = _database < 0 ? (ReadOnlySpan<int>)[_key] : [_database, _table, _key];
        foreach (var index in indexes)
        {
            if (batch.Columns[index].IsNull(row))
            {
                return null;
            }
        }

        _text.ResetWrittenCount();
        batch.Columns[_key].WriteValueText(row, _text);
        var key = Encoding.UTF8.GetString(_text.WrittenSpan);
        if (key.Length is > 0 and <= RawApi.MaxKeyLength && (_database < 0 || (Text(batch, row, _database).Length > 0 && Text(batch, row, _table).Length > 0)))
        {
            return key;
        }

        return Plan.Verb is WriteVerb.Update or WriteVerb.Delete
            ? null
            : throw Errors.At(batch, row, _key, SqlState.InvalidParameterValue, $"a RAW key has 1 to {RawApi.MaxKeyLength} characters");
    }

    private void Write(JsonBatch items, RowBatch batch, int row, string key, (string Database, string Table) target)
    {
        var json = items.Json;
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        if (Plan.Table.Kind == TableKind.CustomRawRows && Plan.Verb != WriteVerb.Delete)
        {
            json.WriteStartObject("columns"u8);
            foreach (var field in _fields)
            {
                if (Plan.Columns[field.Index].RequiredOnInsert && batch.Columns[field.Index].IsNull(row))
                {
                    throw Errors.NullValue(batch, row, field.Index);
                }

                json.WritePropertyName(field.Name);
                WriteValue(json, field, batch, row);
            }

            json.WriteEndObject();
        }
        else
        {
            foreach (var field in _fields)
            {
                json.WritePropertyName("columns"u8);
                if (batch.Columns[field.Index].IsNull(row))
                {
                    throw Errors.NullValue(batch, row, field.Index);
                }

                field.Write(json, batch, row, Errors);
            }
        }

        json.WriteEndObject();
        var bytes = Encoding.UTF8.GetBytes(key);
        var table = KeyHash.Combine(KeyHash.Of(Encoding.UTF8.GetBytes(target.Database)), KeyHash.Of(Encoding.UTF8.GetBytes(target.Table)));
        items.Hold(KeyHash.Combine(table, KeyHash.Of(bytes)));
        items.Keys.Add(bytes, batch.OriginOf(row));
        items.EndItem(batch.OriginOf(row));
    }

    private void WriteValue(Utf8JsonWriter json, FieldWriter field, RowBatch batch, int row)
    {
        if (batch.Columns[field.Index].IsNull(row))
        {
            json.WriteNullValue();
        }
        else
        {
            field.Write(json, batch, row, Errors);
        }
    }

    private void CloseAll(Dictionary<(string Database, string Table), JsonBatch> open, List<EncodedWrite> requests)
    {
        foreach (var (target, items) in open)
        {
            requests.Add(Close(target, items));
        }

        open.Clear();
        _open.Clear();
    }

    private EncodedWrite Close((string Database, string Table) target, JsonBatch items)
    {
        var body = items.Close();
        return new EncodedWrite(items.Body)
        {
            Plan = Plan,
            Items = items.Spans,
            Request = Plan.Verb == WriteVerb.Delete
                ? RawApi.DeleteRows(target.Database, target.Table, body)
                : RawApi.InsertRows(target.Database, target.Table, body, ensureParent: Plan.Verb != WriteVerb.Update),
            Rows = items.Rows,
            Claim = FenceClaim.Whole(Scope("raw"), KeyKind.Natural, items.HeldKeys()),
            Keys = items.Keys,
            Preparation = new RawRowsFirst(target.Database, target.Table),
        };
    }
}
