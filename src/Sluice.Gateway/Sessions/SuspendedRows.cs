using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Rows of RETURNING that a client takes in portions: the statement has been run to its end with the first of them (PostgreSQL manual, 55.2.3,
/// "PortalSuspended").
/// </summary>
internal sealed class SuspendedRows(IReadOnlyList<byte[]> rows, string tag)
{
    private int _next;

    /// <summary>
    /// Writes up to <paramref name="maxRows"/> rows (0: all), and PortalSuspended or CommandComplete. That there is nothing more is found out, as
    /// in PostgreSQL, by asking for more.
    /// </summary>
    /// <returns><see langword="false"/>: the portal is suspended.</returns>
    public bool Write(MessageWriter output, int maxRows)
    {
        var first = _next;
        for (; _next < rows.Count && (maxRows <= 0 || _next - first < maxRows); _next++)
        {
            output.BeginMessage(BackendMessage.DataRow);
            output.Bytes(rows[_next]);
            output.EndMessage();
        }

        if (maxRows > 0 && _next - first == maxRows)
        {
            output.PortalSuspended();
            return false;
        }

        output.CommandComplete(tag);
        return true;
    }
}
