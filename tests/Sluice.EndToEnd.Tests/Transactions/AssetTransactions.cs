using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>Assets that a test writes in a transaction, in a Sluice whose CDF it may break.</summary>
public abstract class AssetTransactions(FaultServer fault) : IClassFixture<FaultServer>
{
    /// <summary>The external ids of the test's rows begin with it.</summary>
    protected string Name { get; } = $"tx-{Guid.NewGuid():N}";

    internal GatewayServer Server => fault.Server;

    internal static async Task<string> TagAsync(WireClient client, string sql) => (await client.Query(sql).TalkAsync())[0].ToString();

    internal async Task InsertAsync(WireClient client, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into assets (external_id, name) values ('{Name}-{i}', 'n')"));
        }
    }

    protected async Task<int> StoredAsync(int count)
    {
        var stored = 0;
        foreach (var page in Enumerable.Range(0, count).Select(i => $"{Name}-{i}").Chunk(1_000))
        {
            stored += (await Server.Cdf.ByExternalIdsAsync("assets", page)).Count;
        }

        return stored;
    }
}
