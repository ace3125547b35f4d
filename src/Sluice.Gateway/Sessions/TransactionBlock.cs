using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Transactions;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Sluice's side of a session's transaction block: the rows that wait for COMMIT, and the savepoints, which are the engine's too. The engine
/// decides what is an error; what it has done is done here after it (rules.md section 4).
/// </summary>
internal sealed class TransactionBlock : IDisposable
{
    private readonly SavepointStack<TransactionMark> _savepoints = new();
    private TransactionBuffer? _buffer;

    /// <summary>Rows wait for COMMIT.</summary>
    public bool HasPendingRows => _buffer is { IsEmpty: false };

    /// <summary>Rows that were stored at once, under <c>sluice.transaction_mode = immediate</c>, and will stay whatever happens.</summary>
    public long StoredRows { get; private set; }

    /// <summary>Whether a reader of the table would miss rows that wait.</summary>
    public bool HasRowsOf(TableDefinition table) => _buffer?.HasRowsOf(table) == true;

    /// <summary>The rows that wait; there are some.</summary>
    public TransactionBuffer Buffer => _buffer ?? throw new InvalidOperationException("No rows wait.");

    /// <summary>Rows that were stored at once since the savepoint; 0 if there is none of the name.</summary>
    public long StoredRowsSince(string savepoint) => _savepoints.Find(savepoint) is { } mark ? StoredRows - mark.StoredRows : 0;

    /// <summary>What takes the rows.</summary>
    public TransactionBuffer BufferIn(SpillStore spill)
    {
        if (_buffer is null)
        {
            _buffer = new TransactionBuffer(spill);
            if (_savepoints.Count > 0)
            {
                // Those set before there was a row all lead back to none.
                _buffer.Mark();
            }
        }

        return _buffer;
    }

    /// <summary>Rows have been stored at once.</summary>
    public void Stored(long rows) => StoredRows += rows;

    /// <summary>SAVEPOINT has succeeded.</summary>
    public void SavepointSet(string name) => _savepoints.Set(name, (_buffer?.Mark() ?? default) with { StoredRows = StoredRows });

    /// <summary>RELEASE SAVEPOINT has succeeded.</summary>
    public void Released(string name)
    {
        _savepoints.Release(name);
        if (_savepoints.Count == 0)
        {
            _buffer?.ForgetMarks();
        }
    }

    /// <summary>ROLLBACK TO SAVEPOINT has succeeded.</summary>
    public void RolledBackTo(string name)
    {
        var mark = _savepoints.RollbackTo(name);
        _buffer?.RollbackTo(mark);
    }

    /// <summary>The block has ended, whichever way.</summary>
    public void End()
    {
        _savepoints.Clear();
        _buffer?.Dispose();
        _buffer = null;
        StoredRows = 0;
    }

    public void Dispose() => End();
}
