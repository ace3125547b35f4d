using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>A cursor of postgres_fdw. Nothing is read before the first FETCH.</summary>
internal abstract class ScanCursor : IAsyncDisposable
{
    /// <summary>The table.</summary>
    public abstract string Table { get; }

    /// <summary>How many values were read as NULL because they do not fit their column.</summary>
    public virtual long Unfit => 0;

    /// <summary>The names of the columns; <see langword="null"/> for a NULL in the place of one.</summary>
    protected abstract IReadOnlyList<string?> Columns { get; }

    /// <summary>Writes the description of the rows.</summary>
    public void Describe(MessageWriter output) =>
        output.RowDescription([.. Columns.Select(static name => new FieldDescription(name ?? "?column?", PgType.Text.Oid))]);

    /// <summary>
    /// Writes exactly <paramref name="count"/> rows, or all that are left: fewer tell postgres_fdw that these were the last.
    /// </summary>
    /// <returns>How many rows there were.</returns>
    public abstract Task<int> FetchAsync(MessageWriter output, int count, CancellationToken cancellationToken);

    /// <summary>Goes back to before the first row, which is read again.</summary>
    public abstract ValueTask RewindAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => RewindAsync();
}

/// <summary>A cursor over rows of one kind.</summary>
/// <typeparam name="TRow">A row as its source gives it.</typeparam>
internal abstract class ScanCursor<TRow> : ScanCursor
{
    // Ten thousand rows of RAW may be gigabytes.
    private const int MaxUnflushed = 1_048_576;

    private IAsyncEnumerator<TRow>? _rows;
    private CancellationTokenSource? _reading;

    /// <inheritdoc/>
    public sealed override async Task<int> FetchAsync(MessageWriter output, int count, CancellationToken cancellationToken)
    {
        if (_rows is null)
        {
            _reading = new CancellationTokenSource();
            _rows = Open(_reading.Token).GetAsyncEnumerator(_reading.Token);
        }

        // The source lives as long as the cursor; a cancel ends it with the FETCH that waits.
        await using var registration = cancellationToken.Register(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading);
        var written = 0;
        while (written < count && await _rows.MoveNextAsync())
        {
            if (TryWrite(output, _rows.Current))
            {
                written++;
                if (output.UnflushedBytes > MaxUnflushed)
                {
                    await output.FlushAsync(cancellationToken);
                }
            }
        }

        return written;
    }

    /// <inheritdoc/>
    public sealed override async ValueTask RewindAsync()
    {
        if (_rows is not null)
        {
            await _reading!.CancelAsync();
            await _rows.DisposeAsync();
            _reading.Dispose();
            _rows = null;
        }
    }

    /// <summary>The rows, from the first.</summary>
    protected abstract IAsyncEnumerable<TRow> Open(CancellationToken cancellationToken);

    /// <summary>Writes the row, if it is wanted.</summary>
    protected abstract bool TryWrite(MessageWriter output, TRow row);
}
