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
    /// <param name="plan">Of the points.</param>
    /// <param name="settings">Of the statement.</param>
    /// <param name="missing">External ids.</param>
    /// <param name="stop">Ends it before the next request.</param>
    /// <returns>Why they cannot be created; <see langword="null"/>: they are there.</returns>
    public async Task<CdfError?> CreateAsync(WritePlan plan, WriteSettings settings, IReadOnlyList<CdfIdentity> missing, CancellationToken stop)
    {
        foreach (var chunk in missing.Select(series => series.ExternalId!).Distinct(StringComparer.Ordinal).Chunk(MaxItems))
        {
            var left = chunk.ToList();
            while (left.Count > 0)
            {
                using var body = Body(left, plan.Table.Kind == TableKind.StringDatapoints, settings.DefaultDataSetId);
                var response = await sender.SendAsync(context.Client.TimeSeries.Create(body.WrittenMemory) with { Repeatable = Repeatable.Always }, stop);
                if (response.IsSuccess)
                {
                    break;
                }

                var existing = response.Error.Duplicated.Select(key => key.ExternalId).ToHashSet(StringComparer.Ordinal);
                if (left.RemoveAll(existing.Contains) == 0)
                {
                    return response.Error;
                }
            }

            context.NewSeries.Add(chunk);
        }

        return null;
    }

    private static PooledBuffer Body(List<string> externalIds, bool isString, long? dataSetId)
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
            if (dataSetId is { } dataSet)
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
