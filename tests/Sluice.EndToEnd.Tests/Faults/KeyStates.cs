namespace Sluice.EndToEnd.Tests.Faults;

/// <summary>
/// What CDF may hold under each key, as far as answers tell: after a success there is one value; an error that leaves doubt adds those that the statement
/// would have left. <see langword="null"/> is no row.
/// </summary>
internal sealed class KeyStates
{
    private readonly Dictionary<string, HashSet<string?>> _values = new(StringComparer.Ordinal);

    /// <summary>All that the keys have been since the copy was made.</summary>
    private readonly Dictionary<string, HashSet<string?>> _history = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>The values that the key may have.</summary>
    public IReadOnlySet<string?> this[string key] => _values.TryGetValue(key, out var values) ? values : None;

    private static HashSet<string?> None => [null];

    /// <summary>The same, without a past.</summary>
    public KeyStates Copy() => new KeyStates().With(_values);

    /// <summary>The same, with all that was since the copy that this one is.</summary>
    public KeyStates Mark() => new KeyStates().With(_values, _history);

    /// <summary>The statement has changed each value that the key may have had.</summary>
    public void Apply(string key, Func<string?, string?> change)
    {
        var values = this[key].Select(change).ToHashSet();
        _values[key] = values;
        Remember(key, values);
    }

    /// <summary>An answer has told which of the values the key had.</summary>
    /// <returns><see langword="false"/>: it can have had none of these.</returns>
    public bool Learn(string key, Predicate<string?> had)
    {
        var values = this[key].Where(value => had(value)).ToHashSet();
        _values[key] = values;
        return values.Count > 0;
    }

    /// <summary>Some of what <paramref name="other"/> has gone through may have happened.</summary>
    public void MayHaveGoneThrough(KeyStates other)
    {
        foreach (var (key, values) in other._history)
        {
            _values[key] = [.. this[key], .. values];
        }
    }

    private KeyStates With(Dictionary<string, HashSet<string?>> values, Dictionary<string, HashSet<string?>>? history = null)
    {
        foreach (var (key, value) in values)
        {
            _values[key] = [.. value];
        }

        foreach (var (key, value) in history ?? [])
        {
            _history[key] = [.. value];
        }

        return this;
    }

    private void Remember(string key, HashSet<string?> values)
    {
        if (!_history.TryGetValue(key, out var past))
        {
            _history[key] = past = [];
        }

        past.UnionWith(values);
    }
}
