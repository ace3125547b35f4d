using System.Runtime.InteropServices;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Limits;

/// <summary>Bounds of the number of requests in flight to one API of one project.</summary>
/// <param name="Start">At first.</param>
/// <param name="Max">However well it goes.</param>
/// <param name="Min">However badly it goes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ConcurrencyLimit(int Start, int Max, int Min = 1)
{
    /// <summary>
    /// Where CDF publishes a budget (CDF API, "Request and concurrency limits"), the share of one identity: assets 23, events 30, RAW 48; instances of data
    /// modeling 4 writes, 2 deletes and 8 reads. Elsewhere what its own clients use, with room to grow.
    /// </summary>
    public static ConcurrencyLimit DefaultFor(CdfApi api) => api switch
    {
        CdfApi.Assets => new(Start: 23, Max: 23),
        CdfApi.Events => new(Start: 30, Max: 30),
        CdfApi.Files => new(Start: 10, Max: 23),
        CdfApi.Raw => new(Start: 48, Max: 48),
        CdfApi.DataPoints => new(Start: 8, Max: 32),
        CdfApi.Instances => new(Start: 4, Max: 4),
        CdfApi.InstanceDeletes => new(Start: 2, Max: 2),
        CdfApi.InstanceReads => new(Start: 8, Max: 8),
        _ => new(Start: 5, Max: 20),
    };
}
