namespace Sluice.Emulator.Faults;

/// <summary>The faults that hit one request, in the order of the rules.</summary>
internal sealed class FaultPlan(IReadOnlyList<FaultRule> rules)
{
    public static readonly FaultPlan None = new([]);

    private bool _delayed;

    /// <summary>The names of the actions, for the log; null if there are none.</summary>
    public string? Names => rules.Count == 0 ? null : string.Join(",", rules.Select(r => r.Action.ToString()));

    public bool WithholdsMissing => rules.Any(r => r.WithholdsMissing);

    public bool WithholdsDuplicated => rules.Any(r => r.WithholdsDuplicated);

    /// <summary>The rule by which a RAW insert stores only some rows.</summary>
    public FaultRule? PartialRaw => rules.FirstOrDefault(r => r.Action == FaultAction.PartialRaw);

    /// <summary>The first rule that ends the request instead of (or after) its effect.</summary>
    public FaultRule? Ending(bool after) => rules.FirstOrDefault(r => r.After == after && r.Action is not (
        FaultAction.Latency or FaultAction.Hold or FaultAction.Withhold or FaultAction.PartialRaw));

    /// <summary>Waits once for the delays that come before the effect.</summary>
    public Task DelayBeforeAsync(CancellationToken ct)
    {
        if (_delayed)
        {
            return Task.CompletedTask;
        }

        _delayed = true;
        return DelayAsync(after: false, ct);
    }

    public Task DelayAfterAsync(CancellationToken ct) => DelayAsync(after: true, ct);

    private async Task DelayAsync(bool after, CancellationToken ct)
    {
        foreach (var rule in rules)
        {
            if (rule.After == after && rule.Action == FaultAction.Latency)
            {
                await Task.Delay(rule.Delay, ct);
            }
            else if (rule.After == after && rule.Action == FaultAction.Hold)
            {
                await rule.Released.WaitAsync(ct);
            }
        }
    }
}
