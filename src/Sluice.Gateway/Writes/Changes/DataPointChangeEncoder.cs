using Sluice.Cdf.Http;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>
/// UPDATE of data points, which must not make new ones, and INSERT … ON CONFLICT DO NOTHING, which must not change old ones: which of them there
/// are is asked first.
/// </summary>
internal sealed class DataPointChangeEncoder : BatchEncoder
{
    private readonly FieldWriter _field;
    private readonly int _value;
    private readonly int _timestamp;

    public DataPointChangeEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _value = plan.IndexOf("value");
        _timestamp = plan.PositionOf("timestamp");
        _field = FieldWriter.ForItem(plan.Columns[_value], _value);
    }

    public override int BatchRows => 1_000;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var points = new DataPointJson(Plan, batch);
        var seen = new HashSet<(bool, UInt128, long)>();
        JsonBatch? items = null;
        var byId = false;
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                if (!points.NamesSeries(row) || batch.Columns[_timestamp].IsNull(row) || TimeOf(batch, row) is not { } time)
                {
                    LeaveOut(batch, row);
                    continue;
                }

                var key = (points.IsById(row), KeyHash.Long(SeriesOf(batch, row, points)), time);
                if (seen.Contains(key) && Plan.Verb == WriteVerb.Insert)
                {
                    LeaveOut(batch, row);
                    continue;
                }

                if (items is not null && (items.Items == BatchRows || points.IsById(row) != byId || seen.Contains(key)))
                {
                    requests.Add(Close(items, byId));
                    items = null;
                    seen.Clear();
                }

                byId = points.IsById(row);
                seen.Add(key);
                items ??= new JsonBatch(byId ? "id" : "external_id");
                Write(items, batch, row, points, time);
            }

            if (items is not null)
            {
                requests.Add(Close(items, byId));
            }
        }
        catch
        {
            items?.Dispose();
            throw;
        }
    }

    private ReadOnlySpan<byte> SeriesOf(RowBatch batch, int row, DataPointJson points)
    {
        var index = Plan.PositionOf(points.IsById(row) ? "id" : "external_id");
        return batch.Columns[index] is FixedColumn<long> ids
            ? System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.Values.Slice(row, 1))
            : ((VariableColumn)batch.Columns[index])[row];
    }

    /// <summary>Milliseconds; <see langword="null"/> for a time that no point can have.</summary>
    private long? TimeOf(RowBatch batch, int row)
    {
        var time = ((FixedColumn<long>)batch.Columns[_timestamp]).Values[row];
        var isExact = time % PgTime.MicrosecondsPerMillisecond == 0;
        return time is < PgTime.MinDataPoint or > PgTime.MaxDataPoint || (!isExact && Plan.Verb == WriteVerb.Update) ? null : PgTime.ToMilliseconds(time);
    }

    private void Write(JsonBatch items, RowBatch batch, int row, DataPointJson points, long time)
    {
        if (batch.Columns[_value].IsNull(row))
        {
            throw Errors.NullValue(batch, row, _value);
        }

        items.Json.WriteStartObject();
        points.WriteSeries(items.Json, row);
        items.Json.WriteNumber("timestamp"u8, time);
        items.Json.WritePropertyName("value"u8);
        _field.Write(items.Json, batch, row, Errors);
        items.Json.WriteEndObject();
        points.Hold(items, row);
        items.EndItem(batch.OriginOf(row));
    }

    private EncodedWrite Close(JsonBatch items, bool byId) => new(items.Body)
    {
        Plan = Plan,
        Items = items.Spans,
        Request = CdfRequest.Post("timeseries/data", CdfApi.DataPoints, Repeatable.Always, items.Close()) with { DiscardBody = true },
        Rows = items.Rows,
        Claim = FenceClaim.Whole(Scope("datapoints"), byId ? KeyKind.Id : KeyKind.ExternalId, [.. items.HeldKeys().Distinct()]),
        Keys = items.Keys,
        Preparation = new PointsFirst(),
    };
}
