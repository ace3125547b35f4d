using System.Runtime.CompilerServices;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>RAW rows by their keys, one request each: CDF has no call for several.</summary>
internal static class RawRowsByKey
{
    private const int RequestsAhead = 16;

    /// <summary>Reads the rows; a row, table or database that is not there gives none.</summary>
    /// <param name="table">The table.</param>
    /// <param name="client">The way to CDF.</param>
    /// <param name="keys">Database, table and key of each row.</param>
    /// <param name="given">The columns that are not in the row itself, of database and table.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async IAsyncEnumerable<CdfRow> ReadAsync(
        TableDefinition table,
        CdfClient client,
        IEnumerable<(string Database, string Table, string Key)> keys,
        Func<string, string, IReadOnlyList<string?>?> given,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var possible = keys.Where(static key =>
            key is { Database.Length: > 0, Table.Length: > 0, Key.Length: > 0 }
            && key.Database.Length <= RawApi.MaxDatabaseNameLength
            && key.Table.Length <= RawApi.MaxTableNameLength
            && key.Key.Length <= RawApi.MaxKeyLength);
        var answers = OrderedWindow.RunAsync(
            possible,
            async (key, abort) => (Key: key, Answer: await client.SendAsync(RawApi.GetRow(key.Database, key.Table, key.Key), abort)),
            RequestsAhead,
            cancellationToken);
        await foreach (var (key, answer) in answers.WithCancellation(cancellationToken))
        {
            if (answer.Error?.Kind == CdfErrorKind.NotFound)
            {
                continue;
            }

            if (!answer.IsSuccess)
            {
                throw ScanErrors.Of(answer.Error, table);
            }

            using var row = JsonDocument.Parse(answer.Body);
            yield return new CdfRow(row.RootElement, given(key.Database, key.Table));
        }
    }
}
