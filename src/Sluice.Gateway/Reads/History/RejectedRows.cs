namespace Sluice.Gateway.Reads.History;

/// <summary>
/// The rows of all users that were set aside: the last <see cref="MaxRows"/> of each, which he reads as <c>SELECT * FROM sluice.rejected_rows</c>.
/// </summary>
/// <param name="store">Where they are kept.</param>
public sealed class RejectedRows(HistoryStore store)
{
    /// <summary>So many rows of a user are kept.</summary>
    public const int MaxRows = 100_000;

    /// <summary>Keeps <paramref name="row"/>. Returns at once; it is stored in the background.</summary>
    public void Record(RejectedRow row) => store.Add(row);
}
