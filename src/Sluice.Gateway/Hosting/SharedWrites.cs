using System.Runtime.CompilerServices;
using Sluice.Cdf.Http;
using Sluice.Gateway.Writes;
using Sluice.Gateway.Writes.ExternalIds;
using Sluice.Gateway.Writes.Groups;
using Sluice.Gateway.Writes.Transactions;

namespace Sluice.Gateway.Hosting;

/// <summary>What the writes of all sessions share, whoever they act for.</summary>
internal sealed class SharedWrites(CdfOptions cdf, KeyFence fence, GroupCommit groups, WriteMemory memory, SpillStore spill, TimeProvider time)
{
    // As long as the clients: credentials that change may see other resources.
    private readonly ConditionalWeakTable<CdfClient, ExternalIdCache> _externalIds = [];

    /// <summary>How a session writes whose way to CDF is <paramref name="client"/>.</summary>
    /// <param name="client">With the session's credentials.</param>
    /// <param name="dataSetId">The data set of rows that are created without one.</param>
    public WriteContext By(CdfClient client, long? dataSetId = null) => new()
    {
        Client = client,
        Fence = fence,
        Groups = groups,
        Memory = memory,
        Spill = spill,
        Cluster = cdf.BaseUrl,
        Time = time,
        ExternalIds = _externalIds.GetValue(client, _ => new ExternalIdCache(time)),
        Settings = WriteSettings.Default with { DefaultDataSetId = dataSetId },
    };
}
