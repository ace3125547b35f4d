using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>Rows that CDF creates as items of a list: assets, events, time series. All fields come from the table's definition.</summary>
internal sealed class ItemBatchEncoder : BatchEncoder
{
    private const string ExternalIdColumn = "external_id";
    private const string DataSetIdColumn = "data_set_id";

    private readonly KeyTable _externalIds = new();
    private readonly FieldWriter[] _fields;
    private readonly ItemsApi _api;
    private readonly string _scope;
    private readonly int _externalId;
    private readonly int _dataSetId;

    public ItemBatchEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _fields = [.. plan.Columns.Select(FieldWriter.ForItem).Where((_, index) => plan.Columns[index].IsWritable)];
        _externalId = plan.IndexOf(ExternalIdColumn);
        _dataSetId = plan.IndexOf(DataSetIdColumn);
        _api = ItemResources.Of(context.Client, plan.Table);
        _scope = Scope(plan.Table.Name);
    }

    public override int BatchRows => AssetsApi.MaxItems;

    /// <summary>A parent must be there before its child.</summary>
    public override bool IsSequential => Plan.Table.Kind == TableKind.Assets && Plan.IndexOf("parent_external_id") >= 0;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var externalIds = _externalId < 0 ? null : (VariableColumn)batch.Columns[_externalId];
        _externalIds.Clear();
        var items = new JsonBatch(ExternalIdColumn);
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                if (items.Items == BatchRows || items.Size > Context.Limits.MaxBodyBytes)
                {
                    requests.Add(Close(items));
                    items = new JsonBatch(ExternalIdColumn);
                }

                if (NoteKey(batch, row, externalIds, items))
                {
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

        if (Context.Settings.DefaultDataSetId is { } dataSet && (_dataSetId < 0 || batch.Columns[_dataSetId].IsNull(row)))
        {
            json.WriteNumber("dataSetId"u8, dataSet);
        }

        json.WriteEndObject();
    }

    private EncodedWrite Close(JsonBatch items)
    {
        var body = items.Close();
        var allHaveKeys = items.Keys.Count == items.Items;

        // A create that is repeated after it took effect is refused by its external ids, so nothing comes twice.
        var request = _api.Create(body, discardBody: !Plan.ReturnsRows) with { Repeatable = allHaveKeys ? Repeatable.Always : Repeatable.WhenThrottledOnly };
        return new EncodedWrite(items.Body)
        {
            Request = request,
            Plan = Plan,
            Items = items.Spans,
            Rows = items.Rows,
            Claim = items.Keys.Count == 0 ? null : FenceClaim.Whole(_scope, KeyKind.ExternalId, items.HeldKeys()),
            Keys = items.Keys,
            Creates = true,
            Verification = allHaveKeys ? _api : null,
        };
    }
}
