using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>
/// What has to be known of CDF before a request can be sent, asked while the request holds its keys: which of the rows exist, and what they are.
/// CDF replaces RAW rows as a whole, and does not say how many data points it has deleted.
/// </summary>
internal abstract class WritePreparation
{
    /// <summary>Asks CDF, and makes the request that is sent.</summary>
    public abstract Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop);

    /// <summary>What <see cref="PrepareAsync"/> tells of the items, if they are to be sent later: also which of them CDF would leave as they are.</summary>
    public virtual Task<Prepared> ForecastAsync(CdfClient client, WritePart part, CancellationToken stop) => PrepareAsync(client, part, stop);

    /// <summary>What became of the items, by CDF's answer; <see langword="null"/>: all of them are stored.</summary>
    public virtual Task<WriteStep?> AfterAsync(CdfClient client, WritePart part, ReadOnlyMemory<byte> answer) => Task.FromResult<WriteStep?>(null);

    /// <summary>Waits until what was sent can be seen, where CDF says yes before it is so.</summary>
    public virtual Task SettleAsync(CdfClient client, WritePart part, CancellationToken stop) => Task.CompletedTask;
}

/// <summary>The outcome of a preparation.</summary>
/// <param name="Part">What to send; <see langword="null"/> if nothing is left to do.</param>
internal sealed record Prepared(WritePart? Part)
{
    /// <summary>CDF could not be asked.</summary>
    public CdfError? Error { get; init; }

    /// <summary>Items that have no effect.</summary>
    public IReadOnlyList<int> NotApplied { get; init; } = [];

    /// <summary>How many rows an item changes, if not as many as it stands for: item, and rows beyond those.</summary>
    public IReadOnlyList<(int Item, long Rows)> MoreRows { get; init; } = [];

    /// <summary>The rows for RETURNING.</summary>
    public IReadOnlyList<ReturnedRow> Rows { get; init; } = [];

    /// <summary>CDF has answered with an error.</summary>
    public static Prepared Failed(CdfError error) => new((WritePart?)null) { Error = error };
}
