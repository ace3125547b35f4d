using Sluice.PgWire.Types;

namespace Sluice.PgWire.Columns;

/// <summary>
/// Rows in columns, filled value by value: append one value to each column, then call <see cref="EndRow"/>, or
/// <see cref="RollbackRow"/> if one of them failed. Buffers are pooled and kept by <see cref="Clear"/>, so that one batch serves any
/// number of fillings without allocating. Not safe for use by several threads at once.
/// </summary>
public sealed class RowBatch : IDisposable
{
    private readonly Column[] _columns;
    private PooledBuffer<long> _origins = new();

    /// <summary>An empty batch of columns of these types; text input is understood under <paramref name="settings"/>.</summary>
    public RowBatch(IEnumerable<ColumnType> types, TextInputSettings settings)
    {
        _columns = [.. types.Select(t => Column.Create(t, settings))];
        TextInput = settings;
    }

    /// <summary>How text input is understood: the session's settings when the rows are given.</summary>
    public TextInputSettings TextInput { get; }

    /// <summary>The columns; their spans are valid until the batch is next changed.</summary>
    public IReadOnlyList<Column> Columns => _columns;

    /// <summary>How many rows are complete.</summary>
    public int Count => _origins.Count;

    /// <summary>Bytes of buffer in use, approximately.</summary>
    public long ByteSize
    {
        get
        {
            long size = _origins.ByteSize;
            foreach (Column column in _columns)
            {
                size += column.ByteSize;
            }

            return size;
        }
    }

    /// <summary>
    /// The bytes from which on the batch counts as full, whatever its rows: one short value can stand for a long one (<c>1e131071</c>),
    /// so that rows and bytes received bound nothing. 64 MB if not set.
    /// </summary>
    public long ByteLimit { get; set; } = 64 << 20;

    /// <summary>Whether <see cref="ByteLimit"/> was reached, looked at every 64 rows: time to <see cref="Clear"/>.</summary>
    public bool IsFull => (Count & 63) == 63 && ByteSize >= ByteLimit;

    /// <summary>
    /// Where each row came from: the line of a COPY, or whatever the one who filled the batch gave to <see cref="EndRow"/>.
    /// </summary>
    public ReadOnlySpan<long> Origins => _origins.Items;

    /// <summary>The columns for a loop over values.</summary>
    internal ReadOnlySpan<Column> ColumnSpan => _columns;

    /// <summary>Where <paramref name="row"/> came from; see <see cref="Origins"/>.</summary>
    public long OriginOf(int row) => _origins.Items[row];

    /// <summary>Completes a row: every column has one value more than <see cref="Count"/>.</summary>
    /// <exception cref="InvalidOperationException">A column has not.</exception>
    public void EndRow(long origin)
    {
        CheckCount(_origins.Count + 1);
        _origins.Add(origin);
    }

    /// <summary>Completes rows whose values were appended column by column.</summary>
    /// <exception cref="InvalidOperationException">A column has not as many values more than <see cref="Count"/> as there are origins.</exception>
    public void EndRows(ReadOnlySpan<long> origins)
    {
        CheckCount(_origins.Count + origins.Length);
        _origins.AddRange(origins);
    }

    /// <summary>Drops the values of the row that <see cref="EndRow"/> has not completed.</summary>
    public void RollbackRow()
    {
        int count = _origins.Count;
        foreach (Column column in _columns)
        {
            if (column.Count > count)
            {
                column.Truncate(count);
            }
        }
    }

    /// <summary>Drops all rows from <paramref name="rows"/> on, and a row that is not complete.</summary>
    public void Truncate(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _origins.Count);
        _origins.Count = rows;
        RollbackRow();
    }

    /// <summary>Drops all rows and keeps the buffers.</summary>
    public void Clear() => Truncate(0);

    /// <summary>Returns the buffers to the pool. The batch must not be used afterwards.</summary>
    public void Dispose()
    {
        foreach (Column column in _columns)
        {
            column.Dispose();
        }

        _origins.Release();
    }

    private void CheckCount(int expected)
    {
        foreach (Column column in _columns)
        {
            if (column.Count != expected)
            {
                throw new InvalidOperationException($"A column has {column.Count} values, expected {expected}.");
            }
        }
    }
}
