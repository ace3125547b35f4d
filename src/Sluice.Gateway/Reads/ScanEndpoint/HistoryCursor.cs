using System.Text;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Reads.Queries;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>A cursor over one of Sluice's own tables.</summary>
internal sealed class HistoryCursor(ScanQuery query, string username, HistoryTables tables) : ScanCursor<string?[]>
{
    /// <inheritdoc/>
    public override string Table => query.Table;

    /// <inheritdoc/>
    protected override IReadOnlyList<string?> Columns => query.Columns;

    /// <inheritdoc/>
    protected override IAsyncEnumerable<string?[]> Open(CancellationToken cancellationToken) =>
        tables.ReadAsync(query.Table, username, query.Columns, cancellationToken);

    /// <inheritdoc/>
    protected override bool TryWrite(MessageWriter output, string?[] row)
    {
        output.BeginDataRow(row.Length);
        foreach (var value in row)
        {
            if (value is null)
            {
                output.Null();
            }
            else
            {
                output.Value(Encoding.UTF8.GetBytes(value));
            }
        }

        output.EndMessage();
        return true;
    }
}
