using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Rows that CDF creates as items: assets, events, files, labels, relationships, sequences, time series, extraction pipelines. All fields come
/// from the table's definition.
/// </summary>
internal class ItemBatchEncoder : BatchEncoder
{
    private const string ExternalIdColumn = "external_id";
    private const string DataSetIdColumn = "data_set_id";
    private const string ParentColumn = "parent_external_id";

    private readonly KeyTable _externalIds = new();
    private readonly HashSet<ulong> _parents = [];
    private readonly FieldWriter[] _fields;
    private readonly ItemsApi _api;
    private readonly string _scope;
    private readonly int _externalId;
    private readonly int _dataSetId;
    private readonly int _parent;
    private readonly bool _needsDataSet;

    public ItemBatchEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _fields = [.. plan.Columns.Select(FieldWriter.ForItem).Where((_, index) => plan.Columns[index] is { IsWritable: true, Shape: not ColumnShape.Ignored })];
        _externalId = plan.IndexOf(ExternalIdColumn);
        _dataSetId = plan.IndexOf(DataSetIdColumn);
        _parent = plan.IndexOf(ParentColumn);
        _needsDataSet = plan.Table.FindColumn(DataSetIdColumn) is { HasUserDefault: true } && context.Settings.DefaultDataSetId is null;
        _api = ItemResources.Of(context.Client, plan.Table);
        _scope = Scope(plan.Table.NameInVersion2);
    }

    public override bool AnswersWithItems => true;

    public override int BatchRows => AssetsApi.MaxItems;

    /// <summary>Items of a request.</summary>
    protected virtual int ItemsPerRequest => BatchRows;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var externalIds = _externalId < 0 ? null : (VariableColumn)batch.Columns[_externalId];
        _externalIds.Clear();
        var items = NewBody(ExternalIdColumn);
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                // Asked first, since the keys of the open request are forgotten with it.
                if (MustFollow(batch, row, externalIds) || items.Items == ItemsPerRequest || items.Size > Context.Limits.MaxBodyBytes)
                {
                    requests.Add(Close(items));
                    items = NewBody(ExternalIdColumn);
                }

                if (NoteKey(batch, row, externalIds, items))
                {
                    NoteParent(batch, row);
                    WriteItem(items.Json, batch, row);
                    items.EndItem(batch.OriginOf(row));
                }
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

    /// <summary>An empty body.</summary>
    protected virtual JsonBatch NewBody(string keyColumn) => new(keyColumn);

    /// <summary>Notes what the row refers to: it must be there first.</summary>
    private void NoteParent(RowBatch batch, int row)
    {
        if (_parent >= 0 && !batch.Columns[_parent].IsNull(row))
        {
            _parents.Add(KeyHash.Of(((VariableColumn)batch.Columns[_parent])[row]));
        }
    }

    /// <summary>Notes the row's key; <see langword="false"/> if the row gives way to an earlier one with the same key.</summary>
    private bool NoteKey(RowBatch batch, int row, VariableColumn? externalIds, JsonBatch items)
    {
        if (externalIds is null || externalIds.IsNull(row))
        {
            return true;
        }

        var key = externalIds[row];
        var known = _externalIds.Count;
        var ordinal = _externalIds.Add(key, row, new TextKeys(externalIds));
        if (ordinal < known)
        {
            if (Plan.Conflict == ConflictAction.Ignore)
            {
                LeaveOut(batch, row);
                return false;
            }

            throw Duplicate(batch, row, key);
        }

        items.Hold(_externalIds.HashOf(ordinal));
        items.Keys.Add(key, batch.OriginOf(row));
        return true;
    }

    /// <summary>The row's key stands in the open request, and it is to be changed a second time: by a request of its own, after that one.</summary>
    private bool MustFollow(RowBatch batch, int row, VariableColumn? externalIds)
    {
        if (Plan.Conflict != ConflictAction.Update || externalIds is null || externalIds.IsNull(row)
            || !_externalIds.TryFind(externalIds[row], new TextKeys(externalIds), out var first)
            || (!Plan.LaterWins && AreOfOneExecution(batch.OriginOf(first), batch.OriginOf(row))))
        {
            return false;
        }

        _externalIds.Clear();
        return true;
    }

    private PgException Duplicate(RowBatch batch, int row, ReadOnlySpan<byte> key)
    {
        var name = Encoding.UTF8.GetString(key);
        return Plan.Conflict == ConflictAction.Update
            ? Errors.At(
                batch,
                row,
                _externalId,
                SqlState.CardinalityViolation,
                "ON CONFLICT DO UPDATE command cannot affect row a second time",
                hint: "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
                detail: $"Key ({ExternalIdColumn})=({name}) stands in the statement twice.")
            : Errors.At(
                batch,
                row,
                _externalId,
                SqlState.UniqueViolation,
                $"duplicate key value violates unique constraint \"{Plan.Table.Name}_{ExternalIdColumn}_key\"",
                detail: $"Key ({ExternalIdColumn})=({name}) stands in the statement twice.");
    }

    private void WriteItem(Utf8JsonWriter json, RowBatch batch, int row)
    {
        json.WriteStartObject();
        foreach (var field in _fields)
        {
            if (!batch.Columns[field.Index].IsNull(row))
            {
                json.WritePropertyName(field.Name);
                field.Write(json, batch, row, Errors);
            }
        }

        if (_dataSetId < 0 || batch.Columns[_dataSetId].IsNull(row))
        {
            WriteDefaultDataSet(json, batch, row);
        }

        json.WriteEndObject();
    }

    private void WriteDefaultDataSet(Utf8JsonWriter json, RowBatch batch, int row)
    {
        if (Context.Settings.DefaultDataSetId is { } dataSet)
        {
            json.WriteNumber("dataSetId"u8, dataSet);
        }
        else if (_needsDataSet)
        {
            throw _dataSetId >= 0 ? Errors.NullValue(batch, row, _dataSetId) : Plan.MissingValue(DataSetIdColumn);
        }
    }

    private EncodedWrite Close(JsonBatch items)
    {
        var body = items.Close();
        var keys = items.HeldKeys();
        ulong[] parents = [.. _parents.Except(keys)];
        _parents.Clear();
        var allHaveKeys = items.Keys.Count == items.Items;

        // A create that is repeated after it took effect is refused by its external ids, so nothing comes twice.
        var request = _api.Create(body, discardBody: !Plan.ReturnsRows) with { Repeatable = allHaveKeys ? Repeatable.Always : Repeatable.WhenThrottledOnly };
        return new EncodedWrite(items.Body)
        {
            Request = request,
            Plan = Plan,
            Items = items.Spans,
            Rows = items.Rows,
            Claim = keys.Length + parents.Length == 0
                ? null
                : FenceClaim.Whole(_scope, KeyKind.ExternalId, keys) with { References = parents },
            Keys = items.Keys,
            Creates = true,
            Verification = allHaveKeys ? _api : null,
            Upsert = _api,
        };
    }
}
