using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>Asks CDF which rows exist, by their keys.</summary>
internal static class ExistingRows
{
    private const int MaxKeys = 1_000;

    /// <summary>For each of <paramref name="rows"/>, which are items of a list, whether CDF has one with its key.</summary>
    /// <exception cref="PgException">CDF cannot be asked: its own words.</exception>
    public static async Task<bool[]> FindAsync(
        WritePlan plan, WriteContext context, RowKeys keys, RowBatch batch, List<int> rows, CancellationToken cancellationToken)
    {
        var key = plan.Columns[keys.Column].Name;
        var api = ItemResources.Of(context.Client, plan.Table);
        var identities = rows.ConvertAll(row => keys.IdentityOf(batch, row));
        var ids = new HashSet<long>();
        var externalIds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in identities.Distinct().Chunk(MaxKeys))
        {
            var answer = await api.ExistingAsync(chunk, cancellationToken);
            if (!answer.IsSuccess)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new PgException(new CdfErrorMapper(plan, reading: true).Map(answer.Error, new WriteKeys(key)));
            }

            foreach (var existing in answer.Value)
            {
                if (existing.Id is { } id)
                {
                    ids.Add(id);
                }

                if (existing.ExternalId is { } externalId)
                {
                    externalIds.Add(externalId);
                }
            }
        }

        return [.. identities.Select(identity => identity.Id is { } id ? ids.Contains(id) : externalIds.Contains(identity.ExternalId!))];
    }

    /// <summary>
    /// What <paramref name="requests"/> would find if they were sent now: the origins of rows that would have no effect, and how many more rows others
    /// stand for.
    /// </summary>
    /// <exception cref="PgException">CDF cannot be asked: its own words.</exception>
    public static async Task<(HashSet<long> NotApplied, Dictionary<long, long> MoreRows)> CountAsync(
        WriteContext context, IReadOnlyList<EncodedWrite> requests, CancellationToken cancellationToken)
    {
        var notApplied = new HashSet<long>();
        var more = new Dictionary<long, long>();
        foreach (var request in requests)
        {
            if (request is not { Preparation: { } preparation, Items: { } spans })
            {
                continue;
            }

            using var whole = WritePart.Whole(request);
            var prepared = await preparation.ForecastAsync(context.Client, whole, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (prepared.Error is { } error)
            {
                throw new PgException(new CdfErrorMapper(request.Plan, reading: true).Map(error, request.Keys));
            }

            notApplied.UnionWith(prepared.NotApplied.Select(spans.OriginOf));
            foreach (var (item, rows) in prepared.MoreRows)
            {
                more[spans.OriginOf(item)] = rows;
            }

            if (prepared.Part != whole)
            {
                prepared.Part?.Dispose();
            }
        }

        return (notApplied, more);
    }
}
