using Com.Cognite.V1.Timeseries.Proto;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>Decodes one item of a protobuf insert.</summary>
internal static class ProtobufPointDecoder
{
    public static ItemKey Key(DataPointInsertionItem item) => item.TimeSeriesReferenceCase switch
    {
        DataPointInsertionItem.TimeSeriesReferenceOneofCase.Id => new ItemKey(item.Id),
        DataPointInsertionItem.TimeSeriesReferenceOneofCase.ExternalId => ItemKey.OfExternalId(item.ExternalId),
        DataPointInsertionItem.TimeSeriesReferenceOneofCase.InstanceId =>
            new ItemKey(null, Instance: new Http.InstanceId(item.InstanceId.Space, item.InstanceId.ExternalId)),
        _ => throw CdfException.BadRequest("Each item must have exactly one of id, externalId and instanceId"),
    };

    public static int Count(DataPointInsertionItem item) => item.DatapointTypeCase switch
    {
        DataPointInsertionItem.DatapointTypeOneofCase.NumericDatapoints => item.NumericDatapoints.Datapoints.Count,
        DataPointInsertionItem.DatapointTypeOneofCase.StringDatapoints => item.StringDatapoints.Datapoints.Count,
        _ => throw CdfException.BadRequest("Each item must have numericDatapoints or stringDatapoints"),
    };

    public static PointBatch<double> Numbers(DataPointInsertionItem item)
    {
        if (item.DatapointTypeCase != DataPointInsertionItem.DatapointTypeOneofCase.NumericDatapoints)
        {
            throw PointRules.ExpectedNumber();
        }

        var batch = new PointBatch<double>(item.NumericDatapoints.Datapoints.Count);
        foreach (var point in item.NumericDatapoints.Datapoints)
        {
            PointRules.CheckTimestamp(point.Timestamp);
            var status = new PointStatus(Code(point.Status), point.NullValue);
            PointRules.CheckNumber(point.Value, status);
            batch.Add(point.Timestamp, point.Value, status);
        }

        return batch;
    }

    public static PointBatch<string> Texts(DataPointInsertionItem item)
    {
        if (item.DatapointTypeCase != DataPointInsertionItem.DatapointTypeOneofCase.StringDatapoints)
        {
            throw PointRules.ExpectedString();
        }

        var batch = new PointBatch<string>(item.StringDatapoints.Datapoints.Count);
        foreach (var point in item.StringDatapoints.Datapoints)
        {
            PointRules.CheckTimestamp(point.Timestamp);
            var value = point.NullValue ? null : point.Value;
            var status = new PointStatus(Code(point.Status), point.NullValue);
            PointRules.CheckText(value, status);
            batch.Add(point.Timestamp, value, status);
        }

        return batch;
    }

    // In proto3 code 0 cannot be told from no code, so a symbol alone is allowed to decide.
    private static uint Code(Status? status) => status is null
        ? 0
        : PointStatus.ReadCode(
            status.Code == 0 && status.Symbol.Length > 0 ? null : status.Code,
            status.Symbol.Length > 0 ? status.Symbol : null);
}
