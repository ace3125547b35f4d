namespace Sluice.Gateway.Writes;

/// <summary>Rows of which it is not known whether they are stored.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Keys">Their keys.</param>
public sealed record DoubtfulRows(int Rows, WriteKeys Keys);

/// <summary>What is known of the rows of a statement.</summary>
/// <param name="StoredRows">Rows that CDF has confirmed.</param>
/// <param name="InDoubt">Rows that CDF may have or not.</param>
/// <param name="IsUnknown">The outcome of a request is unknown, so that the statement must not be repeated blindly.</param>
public sealed record WriteProgress(long StoredRows, IReadOnlyList<DoubtfulRows> InDoubt, bool IsUnknown)
{
    /// <summary>Whose rows they are.</summary>
    public WriteSubject Subject { get; init; }
}

/// <summary>Whose rows an error speaks of.</summary>
public enum WriteSubject
{
    /// <summary>Those of a statement.</summary>
    Statement,

    /// <summary>Those of a transaction, at its COMMIT.</summary>
    Transaction,
}
