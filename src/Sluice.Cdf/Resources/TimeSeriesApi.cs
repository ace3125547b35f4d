using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>What a writer of data points must know about a series.</summary>
/// <param name="Id">Internal id.</param>
/// <param name="ExternalId">External id, if it has one.</param>
/// <param name="IsString">It takes strings, not numbers.</param>
public readonly record struct TimeSeriesInfo(long Id, string? ExternalId, bool IsString);

/// <summary><c>/timeseries</c> (CDF API, "Time series").</summary>
public sealed class TimeSeriesApi : ItemsApi
{
    /// <summary>Most items of a create, update, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    /// <summary>Longest <c>externalId</c> and <c>name</c>, in characters.</summary>
    public const int MaxExternalIdLength = 255;

    /// <summary>Longest <c>unit</c>, in characters.</summary>
    public const int MaxUnitLength = 32;

    /// <summary>Longest <c>unitExternalId</c>, in characters; for numeric series only.</summary>
    public const int MaxUnitExternalIdLength = 64;

    /// <summary>Longest <c>description</c>, in characters.</summary>
    public const int MaxDescriptionLength = 1000;

    /// <summary>Most pairs of <c>metadata</c>.</summary>
    public const int MaxMetadataPairs = 256;

    /// <summary>Longest key of <c>metadata</c>, in UTF-8 bytes.</summary>
    public const int MaxMetadataKeyBytes = 128;

    /// <summary>All keys and values of <c>metadata</c> together, in UTF-8 bytes.</summary>
    public const int MaxMetadataBytes = 10_000;

    internal TimeSeriesApi(CdfClient client)
        : base(client, "timeseries", CdfApi.TimeSeries)
    {
    }

    /// <summary>Those series of <paramref name="keys"/> that exist. At most 1,000 a call.</summary>
    public async Task<CdfResult<IReadOnlyList<TimeSeriesInfo>>> InfosAsync(IEnumerable<CdfIdentity> keys, CancellationToken cancellationToken)
    {
        var response = await Client.SendAsync(ByIds(keys, ignoreUnknownIds: true), cancellationToken);
        return Answer.Read<IReadOnlyList<TimeSeriesInfo>>(response, static body =>
        {
            using var page = CdfPage.Parse(body);
            return [.. page.Items.Select(Info)];
        });
    }

    private static TimeSeriesInfo Info(JsonElement item) => new(
        item.GetProperty("id").GetInt64(),
        item.TryGetProperty("externalId", out var externalId) ? externalId.GetString() : null,
        item.TryGetProperty("isString", out var isString) && isString.GetBoolean());
}
