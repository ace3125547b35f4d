using System.Text.Json;
using Sluice.Emulator.Classic;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataPoints;

/// <summary>Writes pages of data points as JSON.</summary>
internal static class DataPointJson
{
    public static void Write(Utf8JsonWriter writer, DataPointPage page)
    {
        writer.WriteStartObject();
        WriteSeries(writer, page.Series);
        if (page.NextCursor is not null)
        {
            writer.WriteString("nextCursor"u8, page.NextCursor);
        }

        writer.WriteStartArray("datapoints"u8);
        foreach (var position in page.Positions)
        {
            WritePoint(writer, page.Points!, position, page.Query.IncludeStatus);
        }

        foreach (var aggregate in page.Aggregates)
        {
            WriteAggregate(writer, aggregate, page.Query.Aggregates, page.Query.IncludeStatus);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSeries(Utf8JsonWriter writer, Record series)
    {
        writer.WriteNumber("id"u8, series.Id);
        WriteText(writer, "externalId", TimeSeries.ExternalIdOf(series));
        if (series.Instance is { } instance)
        {
            writer.WriteStartObject("instanceId"u8);
            writer.WriteString("space"u8, instance.Space);
            writer.WriteString("externalId"u8, instance.ExternalId);
            writer.WriteEndObject();
        }

        writer.WriteBoolean("isString"u8, TimeSeries.IsString(series));
        writer.WriteString("type"u8, TimeSeries.IsString(series) ? "string"u8 : "numeric"u8);
        writer.WriteBoolean("isStep"u8, TimeSeries.IsStep(series));
        WriteText(writer, "unit", TimeSeries.UnitOf(series));
        WriteText(writer, "unitExternalId", TimeSeries.UnitExternalIdOf(series));
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WritePoint(Utf8JsonWriter writer, PointSeries points, int position, bool includeStatus)
    {
        var status = points.Status(position);
        writer.WriteStartObject();
        writer.WriteNumber("timestamp"u8, points.Timestamp(position));
        if (!status.IsNull)
        {
            writer.WritePropertyName("value"u8);
            if (points is PointSeries<double> numbers)
            {
                WriteNumber(writer, numbers.Value(position));
            }
            else
            {
                writer.WriteStringValue(((PointSeries<string>)points).Value(position));
            }
        }

        WriteStatus(writer, status, includeStatus);
        writer.WriteEndObject();
    }

    // JSON has no such numbers, so CDF writes them as strings.
    private static void WriteNumber(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
        }
    }

    private static void WriteStatus(Utf8JsonWriter writer, PointStatus status, bool includeStatus)
    {
        // Good is always left out.
        if (includeStatus && status.Code != 0)
        {
            writer.WriteStartObject("status"u8);
            writer.WriteNumber("code"u8, status.Code);
            writer.WriteString("symbol"u8, StatusSymbols.Format(status.Code));
            writer.WriteEndObject();
        }
    }

    private static void WriteAggregate(Utf8JsonWriter writer, Aggregate aggregate, IReadOnlyList<string> names, bool includeStatus)
    {
        writer.WriteStartObject();
        writer.WriteNumber("timestamp"u8, aggregate.Timestamp);
        foreach (var name in names)
        {
            if (name is "maxDatapoint" or "minDatapoint")
            {
                if ((name == "maxDatapoint" ? aggregate.Max : aggregate.Min) is { } point)
                {
                    writer.WriteStartObject(name);
                    writer.WriteNumber("timestamp"u8, point.Timestamp);
                    writer.WriteNumber("value"u8, point.Value);
                    WriteStatus(writer, point.Status, includeStatus);
                    writer.WriteEndObject();
                }
            }
            else if (aggregate.Value(name) is { } value)
            {
                writer.WriteNumber(name, value);
            }
        }

        writer.WriteEndObject();
    }
}
