using System.Runtime.InteropServices;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// The keys that a transaction has written, as hashes of 128 bits, so that two keys are never taken for one. Can go back to an earlier state:
/// changes are logged from the first <see cref="Mark"/> on. Not safe for use by several threads at once.
/// </summary>
internal sealed class PendingKeys
{
    // Hash, state and group, the dictionary's own links, and its room to grow.
    private const int BytesPerKey = 64;
    private const int BytesPerChange = 48;

    private readonly Dictionary<UInt128, PendingKey> _keys = [];
    private readonly List<Change> _changes = [];
    private bool _isLogging;

    /// <summary>How many keys there are.</summary>
    public int Count => _keys.Count;

    /// <summary>Bytes of memory, about.</summary>
    public long Size => (_keys.Count * (long)BytesPerKey) + (_changes.Count * (long)BytesPerChange);

    /// <summary>What the transaction has done to the key; the default if nothing.</summary>
    public PendingKey this[UInt128 key] => _keys.GetValueOrDefault(key);

    /// <summary>The transaction does something to the key.</summary>
    public void Set(UInt128 key, PendingKey value)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys, key, out _);
        if (_isLogging)
        {
            _changes.Add(new Change(key, entry));
        }

        entry = value;
    }

    /// <summary>The present state, for <see cref="UndoTo"/>; from now on changes are logged.</summary>
    public int Mark()
    {
        _isLogging = true;
        return _changes.Count;
    }

    /// <summary>Goes back to <paramref name="mark"/>, which remains.</summary>
    public void UndoTo(int mark)
    {
        for (var i = _changes.Count - 1; i >= mark; i--)
        {
            var (key, before) = _changes[i];
            if (before.State == KeyState.Unknown)
            {
                _keys.Remove(key);
            }
            else
            {
                _keys[key] = before;
            }
        }

        _changes.RemoveRange(mark, _changes.Count - mark);
    }

    /// <summary>No mark is of use any more.</summary>
    public void ForgetMarks()
    {
        _changes.Clear();
        _changes.TrimExcess();
        _isLogging = false;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Change(UInt128 Key, PendingKey Before);
}
