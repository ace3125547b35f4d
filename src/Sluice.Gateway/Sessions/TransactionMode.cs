namespace Sluice.Gateway.Sessions;

/// <summary>When the rows of a transaction block are stored: <c>sluice.transaction_mode</c>.</summary>
internal enum TransactionMode
{
    /// <summary>At COMMIT; a rollback leaves nothing behind.</summary>
    Deferred,

    /// <summary>When their statement ends; a rollback does not undo them.</summary>
    Immediate,
}
