using System.Runtime.CompilerServices;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Instances;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>Nodes or edges by their keys, 1,000 a request. Those that have no data in the table's view are no rows of it.</summary>
internal static class InstancesByKey
{
    // Pages are large, and other statements read, too.
    private const int RequestsAhead = 4;

    /// <summary>Reads the rows of <paramref name="keys"/>, which differ.</summary>
    public static async IAsyncEnumerable<CdfRow> ReadAsync(
        TableDefinition table,
        CdfClient client,
        IEnumerable<InstanceId> keys,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var view = table.View!;
        var answers = OrderedWindow.RunAsync(
            keys.Where(InstanceKeys.CanBe).Chunk(InstancesApi.MaxItems),
            (chunk, abort) => client.SendAsync(
                InstancesApi.ByIds(chunk, table.Kind == TableKind.Edges, view.Space, view.ExternalId, view.Version), abort),
            RequestsAhead,
            cancellationToken);
        await foreach (var answer in answers.WithCancellation(cancellationToken))
        {
            using var page = ItemsByIds.ParsePage(answer, table);
            foreach (var item in page.Items.Where(item => InstanceItems.IsRow(item, view)))
            {
                yield return new CdfRow(item);
            }
        }
    }
}
