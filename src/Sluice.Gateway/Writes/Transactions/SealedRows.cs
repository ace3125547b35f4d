namespace Sluice.Gateway.Writes.Transactions;

/// <summary>Rows of a group that take no more; they have their place in the order in which CDF gets them.</summary>
/// <param name="Plan">What is done with them.</param>
/// <param name="Context">The session's settings as they were.</param>
/// <param name="Scope">What their keys are unique in.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Record">Where they are kept.</param>
/// <param name="Runs">The statements that they came with.</param>
internal sealed record SealedRows(
    WritePlan Plan,
    WriteContext Context,
    string Scope,
    int Count,
    StoredRecord Record,
    IReadOnlyList<RowRun> Runs);
