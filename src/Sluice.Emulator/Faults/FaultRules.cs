namespace Sluice.Emulator.Faults;

/// <summary>The rules in force.</summary>
internal sealed class FaultRules
{
    private readonly Lock _gate = new();
    private IReadOnlyList<FaultRule> _rules = [];
    private Random _random = new(0);

    public IReadOnlyList<FaultRule> All => Volatile.Read(ref _rules);

    /// <summary>The faults that hit this request.</summary>
    public FaultPlan PlanFor(string method, string operation, string path)
    {
        var rules = All;
        if (rules.Count == 0)
        {
            return FaultPlan.None;
        }

        lock (_gate)
        {
            var hits = rules.Where(r => r.TryHit(method, operation, path, _random)).ToList();
            return hits.Count == 0 ? FaultPlan.None : new FaultPlan(hits);
        }
    }

    /// <summary>Puts other rules in the place of all that are in force; held requests go on.</summary>
    public void Replace(IReadOnlyList<FaultRule> rules, int seed)
    {
        IReadOnlyList<FaultRule> old;
        lock (_gate)
        {
            old = _rules;
            Volatile.Write(ref _rules, rules);
            _random = new Random(seed);
        }

        foreach (var rule in old)
        {
            rule.Release();
        }
    }

    /// <summary>Takes one rule away and lets go of what it holds; false if there is none of that id.</summary>
    public bool Remove(string id)
    {
        FaultRule? rule;
        lock (_gate)
        {
            rule = _rules.FirstOrDefault(r => r.Id == id);
            Volatile.Write(ref _rules, _rules.Where(r => r != rule).ToList());
        }

        rule?.Release();
        return rule is not null;
    }
}
