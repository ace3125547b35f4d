using Sluice.Gateway.Reads.Queries;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Reads.Sources;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>A cursor over rows of a CDF table.</summary>
internal sealed class CdfCursor(BoundQuery query, RowSources sources) : ScanCursor<CdfRow>
{
    private readonly RowReader _reader = new(query.Table);

    /// <inheritdoc/>
    public override string Table => query.Table.Name;

    /// <inheritdoc/>
    public override long Unfit => _reader.Unfit;

    /// <inheritdoc/>
    protected override IReadOnlyList<string?> Columns => query.Query.Columns;

    /// <inheritdoc/>
    protected override IAsyncEnumerable<CdfRow> Open(CancellationToken cancellationToken) => sources.Open(cancellationToken);

    /// <inheritdoc/>
    protected override bool TryWrite(MessageWriter output, CdfRow row)
    {
        foreach (var filter in query.Filters)
        {
            var isNull = !_reader.TryRead(row, filter.Ordinal, out var text);
            if (!filter.Accepts(isNull, text))
            {
                return false;
            }
        }

        output.BeginDataRow(query.Columns.Count);
        foreach (var ordinal in query.Columns)
        {
            if (ordinal == BoundQuery.CtidColumn)
            {
                output.Value("(0,1)"u8);
            }
            else if (ordinal >= 0 && _reader.TryRead(row, ordinal, out var text))
            {
                output.Value(text);
            }
            else
            {
                output.Null();
            }
        }

        output.EndMessage();
        return true;
    }
}
