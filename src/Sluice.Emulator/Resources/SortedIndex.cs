namespace Sluice.Emulator.Resources;

/// <summary>
/// Keys in ascending order, for paging. New keys wait in a tail that is merged at the next read, so that bulk creates cost no order.
/// Removed keys stay until half of the index is dead; readers skip what is no longer stored.
/// </summary>
internal sealed class SortedIndex<T>(IComparer<T> comparer)
    where T : notnull
{
    private readonly List<T> _tail = [];
    private T[] _sorted = [];
    private int _removed;

    public void Add(T key) => _tail.Add(key);

    /// <summary>Notes that a key is dead; <paramref name="isAlive"/> is asked when it is time to clean up.</summary>
    public void Removed(Func<T, bool> isAlive)
    {
        _removed++;
        if (_removed > 1000 && _removed > (_sorted.Length + _tail.Count) / 2)
        {
            Merge();
            _sorted = Array.FindAll(_sorted, key => isAlive(key));
            _removed = 0;
        }
    }

    /// <summary>The keys above this one, ascending.</summary>
    public IEnumerable<T> After(T key)
    {
        Merge();
        var at = Array.BinarySearch(_sorted, key, comparer);
        var sorted = _sorted;
        for (var i = at < 0 ? ~at : at + 1; i < sorted.Length; i++)
        {
            yield return sorted[i];
        }
    }

    private void Merge()
    {
        if (_tail.Count == 0)
        {
            return;
        }

        _tail.Sort(comparer);
        var merged = new T[_sorted.Length + _tail.Count];
        for (int i = 0, a = 0, b = 0; i < merged.Length; i++)
        {
            merged[i] = b == _tail.Count || (a < _sorted.Length && comparer.Compare(_sorted[a], _tail[b]) < 0) ? _sorted[a++] : _tail[b++];
        }

        _sorted = merged;
        _tail.Clear();
    }
}
