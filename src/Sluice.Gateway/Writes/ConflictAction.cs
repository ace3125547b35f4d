namespace Sluice.Gateway.Writes;

/// <summary>What becomes of a row to be created whose key exists: <c>ON CONFLICT</c>, or <c>sluice.on_conflict</c>.</summary>
public enum ConflictAction
{
    /// <summary>23505.</summary>
    Error,

    /// <summary>The existing row gets the values of the columns that the statement names.</summary>
    Update,

    /// <summary>The existing row stays as it is, and the new one does not count.</summary>
    Ignore,
}
