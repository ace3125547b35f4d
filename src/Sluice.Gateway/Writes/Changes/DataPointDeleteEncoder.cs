using Sluice.Cdf.Resources;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>
/// DELETE of data points: each row names a series and a time, or a series and a stretch of time whose end is not part of it.
/// </summary>
internal sealed class DataPointDeleteEncoder(WritePlan plan, WriteContext context) : BatchEncoder(plan, context)
{
    private readonly int _from = plan.SetColumns + 1;

    /// <summary>Series of a request that reads; a delete takes more.</summary>
    public override int BatchRows => DataPointsApi.MaxQueries;

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var points = new DataPointJson(Plan, batch);
        JsonBatch? items = null;
        var byId = false;
        var stretches = new Dictionary<ulong, List<(long From, long To)>>();
        for (var row = 0; row < batch.Count; row++)
        {
            var (from, to) = Stretch(batch, row);
            if (!points.NamesSeries(row) || from >= to)
            {
                LeaveOut(batch, row);
                continue;
            }

            // What an earlier stretch has deleted is not there to be counted again.
            var series = points.HashOf(row);
            var known = stretches.TryGetValue(series, out var earlier);
            if (items is not null && (points.IsById(row) != byId || (known && earlier!.Exists(other => other.From < to && from < other.To))))
            {
                requests.Add(Close(items, byId));
                items = null;
                stretches.Clear();
                known = false;
            }

            if (!known)
            {
                earlier = [];
                stretches.Add(series, earlier);
            }

            earlier!.Add((from, to));
            byId = points.IsById(row);
            items ??= new JsonBatch(byId ? "id" : "external_id");
            items.Json.WriteStartObject();
            points.WriteSeries(items.Json, row);
            items.Json.WriteNumber("inclusiveBegin"u8, from);
            items.Json.WriteNumber("exclusiveEnd"u8, to);
            items.Json.WriteEndObject();
            points.Hold(items, row);
            items.EndItem(batch.OriginOf(row));
        }

        if (items is not null)
        {
            requests.Add(Close(items, byId));
        }
    }

    /// <summary>Milliseconds; the end is not part of it.</summary>
    private (long From, long To) Stretch(RowBatch batch, int row)
    {
        if (batch.Columns[_from].IsNull(row) || (_from + 1 < batch.Columns.Count && batch.Columns[_from + 1].IsNull(row)))
        {
            return (0, 0);
        }

        var from = ((FixedColumn<long>)batch.Columns[_from]).Values[row];
        if (_from + 1 == batch.Columns.Count)
        {
            return from % PgTime.MicrosecondsPerMillisecond == 0 && from is >= PgTime.MinDataPoint and <= PgTime.MaxDataPoint
                ? (PgTime.ToMilliseconds(from), PgTime.ToMilliseconds(from) + 1)
                : (0, 0);
        }

        var to = ((FixedColumn<long>)batch.Columns[_from + 1]).Values[row];
        return (Ceiling(Math.Clamp(from, PgTime.MinDataPoint, PgTime.MaxDataPoint + 1)), Ceiling(Math.Clamp(to, PgTime.MinDataPoint, PgTime.MaxDataPoint + 1)));
    }

    /// <summary>The first millisecond that is not before the time.</summary>
    private static long Ceiling(long time) => PgTime.ToMilliseconds(time + PgTime.MicrosecondsPerMillisecond - 1);

    private EncodedWrite Close(JsonBatch items, bool byId) => new(items.Body)
    {
        Plan = Plan,
        Items = items.Spans,
        Request = DataPointsApi.Delete(items.Close()),
        Rows = items.Rows,
        Claim = FenceClaim.Whole(Scope("datapoints"), byId ? KeyKind.Id : KeyKind.ExternalId, [.. items.HeldKeys().Distinct()]),
        Keys = items.Keys,
        Preparation = new PointsToDelete(),
    };
}
