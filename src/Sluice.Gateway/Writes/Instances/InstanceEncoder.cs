using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Instances;

/// <summary>Rows of a table over a view: nodes or edges with their properties in it, or their keys alone.</summary>
internal sealed class InstanceEncoder : BatchEncoder
{
    private readonly KeyTable _known = new();
    private readonly InstanceKeys _keys = new();
    private readonly InstanceWriteMode _mode;
    private readonly FieldWriter[] _fields;
    private readonly FieldWriter[] _properties;
    private readonly TextField _spaceText;
    private readonly TextField _externalIdText;
    private readonly ViewReference _view;
    private readonly string _scope;
    private readonly int _space;
    private readonly int _externalId;
    private readonly bool _isEdge;
    private int[] _lastRows = [];
    private int[] _rowCounts = [];

    public InstanceEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _mode = InstanceItems.ModeOf(plan);
        _isEdge = plan.Table.Kind == TableKind.Edges;
        _view = plan.Table.View!;
        _scope = Scope("instances");
        var isKeyed = plan.Verb is WriteVerb.Update or WriteVerb.Delete;
        var (space, externalId) = (InstanceColumns.Space.Name, InstanceColumns.ExternalId.Name);
        _space = isKeyed ? plan.KeyIndexOf(space) : plan.IndexOf(space);
        _externalId = isKeyed ? plan.KeyIndexOf(externalId) : plan.IndexOf(externalId);
        _spaceText = new TextField(plan.Columns[_space], _space);
        _externalIdText = new TextField(plan.Columns[_externalId], _externalId);
        var given = isKeyed ? plan.SetIndexes : Enumerable.Range(0, plan.Columns.Length).Where(index => index != _space && index != _externalId);
        FieldWriter[] writers = [.. given.Where(index => plan.Columns[index].IsWritable).Select(index => FieldWriter.ForInstance(plan.Columns[index], index))];
        _fields = Array.FindAll(writers, field => !plan.Columns[field.Index].IsViewProperty);
        _properties = Array.FindAll(writers, field => plan.Columns[field.Index].IsViewProperty);
    }

    public override int BatchRows => InstancesApi.MaxItems;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        _keys.Read(batch, _space, _externalId);
        _known.Clear();
        if (_mode == InstanceWriteMode.Overwrite)
        {
            FindLastRows(batch);
        }

        var items = NewBody();
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                if (!Takes(batch, row, out var rows, out var mustFollow))
                {
                    continue;
                }

                if (items.Items > 0 && (mustFollow || items.Items == InstancesApi.MaxItems || items.Size > Context.Limits.MaxBodyBytes))
                {
                    requests.Add(Close(items));
                    items = NewBody();
                }

                items.Hold(KeyHash.Of(_keys.KeyOf(row)));
                items.Keys.Add(_keys.KeyOf(row), batch.OriginOf(row));
                WriteItem(items.Json, batch, row);
                items.EndItem(batch.OriginOf(row), rows);
            }

            if (items.Items > 0)
            {
                requests.Add(Close(items));
            }
            else
            {
                items.Dispose();
            }
        }
        catch
        {
            items.Dispose();
            throw;
        }
    }

    private static JsonBatch NewBody() => new(InstanceKeys.Columns);

    /// <summary>Whether the row becomes an item.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="row">The row.</param>
    /// <param name="rows">How many rows the item stands for.</param>
    /// <param name="mustFollow">An item of the same key is on its way: this one goes with a later request.</param>
    private bool Takes(RowBatch batch, int row, out int rows, out bool mustFollow)
    {
        (rows, mustFollow) = (1, false);
        if (_mode == InstanceWriteMode.Overwrite)
        {
            _known.TryFind(_keys.KeyOf(row), _keys, out var first);
            rows = _rowCounts[first];
            return _lastRows[first] == row;
        }

        if (_mode is InstanceWriteMode.Update or InstanceWriteMode.Delete && !_keys.CanExist(row))
        {
            LeaveOut(batch, row);
            return false;
        }

        var count = _known.Count;
        var ordinal = _known.Add(_keys.KeyOf(row), row, _keys);
        if (ordinal == count)
        {
            return true;
        }

        if (_mode == InstanceWriteMode.Create)
        {
            LeaveOut(batch, row);
            return false;
        }

        if (_mode == InstanceWriteMode.CreateOrUpdate && AreOfOneExecution(batch.OriginOf(_known.FirstRowOf(ordinal)), batch.OriginOf(row)))
        {
            throw Twice(batch, row);
        }

        _known.Clear();
        _known.Add(_keys.KeyOf(row), row, _keys);
        mustFollow = true;
        return true;
    }

    /// <summary>For the first row of each key the last one, and how many there are.</summary>
    private void FindLastRows(RowBatch batch)
    {
        if (_lastRows.Length < batch.Count)
        {
            _lastRows = new int[batch.Count];
            _rowCounts = new int[batch.Count];
        }

        for (var row = 0; row < batch.Count; row++)
        {
            var first = _known.FirstRowOf(_known.Add(_keys.KeyOf(row), row, _keys));
            var isSecond = first != row;
            if (isSecond && Plan.Conflict == ConflictAction.Update && !Plan.LaterWins
                && AreOfOneExecution(batch.OriginOf(_lastRows[first]), batch.OriginOf(row)))
            {
                throw Twice(batch, row);
            }

            if (isSecond)
            {
                NoteReplaced(batch, _lastRows[first], by: row);
            }

            _rowCounts[first] = isSecond ? _rowCounts[first] + 1 : 1;
            _lastRows[first] = row;
        }
    }

    private PgException Twice(RowBatch batch, int row) => Errors.At(
        batch,
        row,
        _externalId,
        SqlState.CardinalityViolation,
        "ON CONFLICT DO UPDATE command cannot affect row a second time",
        hint: "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
        detail: $"Key ({InstanceKeys.Columns})=({Encoding.UTF8.GetString(_keys.KeyOf(row))}) stands in the statement twice.");

    private void WriteItem(Utf8JsonWriter json, RowBatch batch, int row)
    {
        json.WriteStartObject();
        json.WriteString("instanceType"u8, _isEdge ? "edge"u8 : "node"u8);
        json.WritePropertyName("space"u8);
        _spaceText.Write(json, batch, row, Errors);
        json.WritePropertyName("externalId"u8);
        _externalIdText.Write(json, batch, row, Errors);
        if (_mode is InstanceWriteMode.Create or InstanceWriteMode.CreateOrUpdate)
        {
            json.WriteNumber("existingVersion"u8, 0);
        }

        foreach (var field in _fields)
        {
            WriteField(json, field, batch, row);
        }

        if (_properties.Length > 0)
        {
            WriteProperties(json, batch, row);
        }

        json.WriteEndObject();
    }

    private void WriteProperties(Utf8JsonWriter json, RowBatch batch, int row)
    {
        InstanceItems.WriteStartOfProperties(json, _view);
        foreach (var field in _properties)
        {
            WriteField(json, field, batch, row);
        }

        InstanceItems.WriteEndOfProperties(json);
    }

    /// <summary>NULL in a column that CDF cannot clear stands for what CDF gives it: a default, or what it was.</summary>
    private void WriteField(Utf8JsonWriter json, FieldWriter field, RowBatch batch, int row)
    {
        var column = Plan.Columns[field.Index];
        if (!batch.Columns[field.Index].IsNull(row))
        {
            json.WritePropertyName(field.Name);
            field.Write(json, batch, row, Errors);
        }
        else if (column.Clearable)
        {
            json.WriteNull(field.Name);
        }
        else if (_mode == InstanceWriteMode.Update)
        {
            throw Errors.NullValue(batch, row, field.Index);
        }
    }

    private EncodedWrite Close(JsonBatch items)
    {
        // A second time, those that the first one has made would be taken for others'.
        var repeatable = _mode == InstanceWriteMode.Create ? Repeatable.WhenThrottledOnly : Repeatable.Always;
        var createsMissing = Context.Settings.CreateMissing;
        return new EncodedWrite(items.Body)
        {
            Request = _mode == InstanceWriteMode.Delete
                ? InstancesApi.Delete(items.Close())
                : InstancesApi.Apply(items.Close(json => InstanceItems.WriteOptions(json, createsMissing)), repeatable),
            Plan = Plan,
            Items = items.Spans,
            Rows = items.Rows,
            Claim = FenceClaim.Whole(_scope, KeyKind.Natural, items.HeldKeys()),
            Keys = items.Keys,
            Preparation = InstanceSteps.For(Plan, _mode, createsMissing),
        };
    }
}
