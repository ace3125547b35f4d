using Sluice.Gateway.Reads.Queries;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Reads.Sources;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>A cursor over one scan. Nothing is read before the first FETCH.</summary>
internal sealed class ScanCursor : IAsyncDisposable
{
    // Ten thousand rows of RAW may be gigabytes.
    private const int MaxUnflushed = 1_048_576;

    private readonly BoundQuery _query;
    private readonly RowSources _sources;
    private readonly RowReader _reader;
    private IAsyncEnumerator<CdfRow>? _rows;
    private CancellationTokenSource? _reading;

    public ScanCursor(BoundQuery query, RowSources sources)
    {
        _query = query;
        _sources = sources;
        _reader = new RowReader(query.Table);
    }

    /// <summary>How many values were read as NULL because they do not fit their column.</summary>
    public long Unfit => _reader.Unfit;

    /// <summary>The table.</summary>
    public string Table => _query.Table.Name;

    /// <summary>
    /// Writes exactly <paramref name="count"/> rows, or all that are left: fewer tell postgres_fdw that these were the last.
    /// </summary>
    /// <returns>How many rows there were.</returns>
    public async Task<int> FetchAsync(MessageWriter output, int count, CancellationToken cancellationToken)
    {
        if (_rows is null)
        {
            _reading = new CancellationTokenSource();
            _rows = _sources.Open(_reading.Token).GetAsyncEnumerator(_reading.Token);
        }

        // The source lives as long as the cursor, a cancel ends it with the FETCH that waits.
        await using var registration = cancellationToken.Register(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading);
        var written = 0;
        while (written < count && await _rows.MoveNextAsync())
        {
            var row = _rows.Current;
            if (Accepts(row))
            {
                Write(output, row);
                written++;
                if (output.UnflushedBytes > MaxUnflushed)
                {
                    await output.FlushAsync(cancellationToken);
                }
            }
        }

        return written;
    }

    /// <summary>Goes back to before the first row, which is read again.</summary>
    public async ValueTask RewindAsync()
    {
        if (_rows is not null)
        {
            await _reading!.CancelAsync();
            await _rows.DisposeAsync();
            _reading.Dispose();
            _rows = null;
        }
    }

    /// <summary>Writes the description of the rows.</summary>
    public void Describe(MessageWriter output) => output.RowDescription(
        [.. _query.Columns.Select(ordinal => new FieldDescription(ordinal < 0 ? "?column?" : _query.Table.Columns[ordinal].Name, PgType.Text.Oid))]);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => RewindAsync();

    private bool Accepts(in CdfRow row)
    {
        foreach (var filter in _query.Filters)
        {
            var isNull = !_reader.TryRead(row, filter.Ordinal, out var text);
            if (!filter.Accepts(isNull, text))
            {
                return false;
            }
        }

        return true;
    }

    private void Write(MessageWriter output, in CdfRow row)
    {
        output.BeginDataRow(_query.Columns.Count);
        foreach (var ordinal in _query.Columns)
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
    }
}
