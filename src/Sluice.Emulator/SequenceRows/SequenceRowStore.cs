namespace Sluice.Emulator.SequenceRows;

/// <summary>A project's sequence rows, by the internal id of their sequence. The project's gate must be held.</summary>
internal sealed class SequenceRowStore
{
    private readonly Dictionary<long, SequenceRowTable> _tables = [];

    public SequenceRowTable Of(long sequenceId)
    {
        if (!_tables.TryGetValue(sequenceId, out var table))
        {
            _tables.Add(sequenceId, table = new SequenceRowTable());
        }

        return table;
    }

    public void Forget(long sequenceId) => _tables.Remove(sequenceId);
}
