using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes;

/// <summary>Creates the time series that data points refer to and that do not exist: <c>sluice.create_missing</c>.</summary>
internal sealed class MissingSeries(WriteContext context, WriteSender sender)
{
    private const int MaxItems = 1_000;

    /// <summary>
    /// Creates series of the kind that the table holds, in the user's default data set; those that another writer creates at the same time are
    /// as good.
    /// </summary>
    /// <returns><see langword="false"/>: a series is named by id, which only CDF gives, or CDF has refused.</returns>
    public async Task<bool> CreateAsync(WritePlan plan, IReadOnlyList<CdfIdentity> missing, CancellationToken stop)
    {
        if (missing.Any(series => series.ExternalId is null))
        {
            return false;
        }

        foreach (var chunk in missing.Select(series => series.ExternalId!).Distinct(StringComparer.Ordinal).Chunk(MaxItems))
        {
            var left = chunk.ToList();
            while (left.Count > 0)
            {
                using var body = Body(left, plan.Table.Kind == TableKind.StringDatapoints);
                var response = await sender.SendAsync(context.Client.TimeSeries.Create(body.WrittenMemory) with { Repeatable = Repeatable.Always }, stop);
                if (response.IsSuccess)
                {
                    break;
                }

                if (left.RemoveAll(name => response.Error.Duplicated.Any(key => key.ExternalId == name)) == 0)
                {
                    return false;
                }
            }

            context.NewSeries.Add(chunk);
        }

        return true;
    }

    private PooledBuffer Body(List<string> externalIds, bool isString)
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var externalId in externalIds)
        {
            json.WriteStartObject();
            json.WriteString("externalId"u8, externalId);
            json.WriteBoolean("isString"u8, isString);
            if (context.Settings.DefaultDataSetId is { } dataSet)
            {
                json.WriteNumber("dataSetId"u8, dataSet);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return body;
    }
}
