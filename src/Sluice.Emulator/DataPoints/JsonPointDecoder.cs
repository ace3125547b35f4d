using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>Decodes the <c>datapoints</c> of one item of a JSON insert.</summary>
internal static class JsonPointDecoder
{
    public static PointBatch<double> Numbers(JsonElement points)
    {
        var batch = new PointBatch<double>(points.GetArrayLength());
        foreach (var point in points.EnumerateArray())
        {
            var (timestamp, code) = Head(point);
            var given = point.Optional("value");
            var status = new PointStatus(code, IsNull: given is null);
            var value = given is { } element ? Number(element, status) : 0;
            PointRules.CheckNumber(value, status);
            batch.Add(timestamp, value, status);
        }

        return batch;
    }

    public static PointBatch<string> Texts(JsonElement points)
    {
        var batch = new PointBatch<string>(points.GetArrayLength());
        foreach (var point in points.EnumerateArray())
        {
            var (timestamp, code) = Head(point);
            var given = point.Optional("value");
            if (given is { ValueKind: not JsonValueKind.String })
            {
                throw PointRules.ExpectedString();
            }

            var value = given is { } element ? JsonChecks.String(element, "value") : null;
            var status = new PointStatus(code, IsNull: given is null);
            PointRules.CheckText(value, status);
            batch.Add(timestamp, value, status);
        }

        return batch;
    }

    private static (long Timestamp, uint Code) Head(JsonElement point)
    {
        var timestamp = JsonChecks.Integer(JsonChecks.Object(point, "datapoint").Required("timestamp"), "timestamp");
        PointRules.CheckTimestamp(timestamp);
        return (timestamp, point.Optional("status") is { } status ? PointStatus.ReadCode(status) : 0);
    }

    private static double Number(JsonElement element, PointStatus status)
    {
        if (element.ValueKind == JsonValueKind.Number)
        {
            return element.GetDouble();
        }

        if (element.ValueKind != JsonValueKind.String)
        {
            throw PointRules.ExpectedNumber();
        }

        var value = element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw PointRules.ExpectedNumber(),
        };
        return status.IsBad ? value : throw CdfException.BadRequest($"The value {element.GetString()} needs a bad status");
    }
}
