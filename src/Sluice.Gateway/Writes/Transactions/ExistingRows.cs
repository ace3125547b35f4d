using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>Asks CDF which rows exist, by their keys.</summary>
internal static class ExistingRows
{
    private const int MaxKeys = 1_000;

    /// <summary>For each of <paramref name="rows"/>, whether CDF has a row with its key.</summary>
    /// <exception cref="PgException">CDF cannot be asked: its own words; 0A000 for a table that has no look-up by key.</exception>
    public static async Task<bool[]> FindAsync(
        WritePlan plan, WriteContext context, RowKeys keys, RowBatch batch, List<int> rows, CancellationToken cancellationToken)
    {
        if (!ItemResources.Has(plan.Table))
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"what the statement does to CDF table \"{plan.Table.Name}\" cannot be counted inside a transaction block",
                hint: "SET sluice.transaction_mode = immediate, or turn autocommit on; or SET sluice.assume_rows_exist = on if rows that are not there "
                    + "may fail the COMMIT.");
        }

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
                throw new PgException(new CdfErrorMapper(plan).Map(answer.Error, new WriteKeys(key)));
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
}
