using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// The savepoints of a transaction block, as PostgreSQL keeps them (SAVEPOINT, RELEASE SAVEPOINT, ROLLBACK TO SAVEPOINT): a name that is given
/// again hides the earlier one until it is released or rolled back past. Savepoints may be as many as statements, so each is small.
/// </summary>
/// <typeparam name="TMark">What leads back to the state at the savepoint.</typeparam>
internal sealed class SavepointStack<TMark>
    where TMark : struct
{
    private readonly List<(string Name, TMark Mark)> _savepoints = [];

    /// <summary>How many there are.</summary>
    public int Count => _savepoints.Count;

    /// <summary>SAVEPOINT.</summary>
    public void Set(string name, TMark mark)
    {
        // Drivers give the same name again and again.
        if (_savepoints.Count > 0 && _savepoints[^1].Name == name)
        {
            name = _savepoints[^1].Name;
        }

        _savepoints.Add((name, mark));
    }

    /// <summary>RELEASE: the savepoint goes, and all after it; what was done since stays.</summary>
    /// <exception cref="PgException">3B001: there is none of this name.</exception>
    public void Release(string name)
    {
        var index = IndexOf(name);
        _savepoints.RemoveRange(index, _savepoints.Count - index);
    }

    /// <summary>ROLLBACK TO: all savepoints after it go, and it stays. Returns its mark.</summary>
    /// <exception cref="PgException">3B001: there is none of this name.</exception>
    public TMark RollbackTo(string name)
    {
        var index = IndexOf(name);
        _savepoints.RemoveRange(index + 1, _savepoints.Count - index - 1);
        return _savepoints[index].Mark;
    }

    /// <summary>The mark of the savepoint; <see langword="null"/> if there is none of this name.</summary>
    public TMark? Find(string name) => _savepoints.FindLastIndex(savepoint => savepoint.Name == name) is >= 0 and var index
        ? _savepoints[index].Mark
        : null;

    /// <summary>The transaction has ended.</summary>
    public void Clear() => _savepoints.Clear();

    private int IndexOf(string name)
    {
        var index = _savepoints.FindLastIndex(savepoint => savepoint.Name == name);
        return index >= 0
            ? index
            : throw new PgException(SqlState.InvalidSavepointSpecification, $"savepoint \"{name}\" does not exist");
    }
}
