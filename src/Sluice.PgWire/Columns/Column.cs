using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Columns;

/// <summary>
/// The values of one column of a <see cref="RowBatch"/>, decoded into a typed buffer. Concrete columns expose their buffers as spans, which
/// are valid until the column is next changed. Buffers come from a pool, grow by doubling, and are kept by <see cref="Clear"/>.
/// Not safe for use by several threads at once.
/// </summary>
public abstract class Column : IDisposable
{
    private ulong[] _nulls = [];
    private int _count;

    private protected Column(ColumnType type) => Type = type;

    /// <summary>The type and its modifier.</summary>
    public ColumnType Type { get; }

    /// <summary>How many values there are, NULLs included.</summary>
    public int Count => _count;

    /// <summary>How many of the values are NULL.</summary>
    public int NullCount { get; private set; }

    /// <summary><see langword="false"/> if no value is NULL, so that a loop may leave <see cref="IsNull"/> out.</summary>
    public bool HasNulls => NullCount != 0;

    /// <summary>Bytes of buffer in use, approximately.</summary>
    public abstract long ByteSize { get; }

    /// <summary>A column of this type; text input is understood under <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentException">The type is none that a column can have.</exception>
    public static Column Create(ColumnType type, TextInputSettings settings) => ColumnFactory.Create(type, settings);

    /// <summary>Whether the value in <paramref name="row"/> is NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int row)
    {
        ulong[] nulls = _nulls;
        int word = row >> 6;
        return word < nulls.Length && (nulls[word] & (1UL << row)) != 0;
    }

    /// <summary>Appends NULL.</summary>
    public void AppendNull()
    {
        int row = _count;
        AppendPlaceholder();
        int word = row >> 6;
        if (word >= _nulls.Length)
        {
            Array.Resize(ref _nulls, Math.Max(16, Math.Max(word + 1, _nulls.Length * 2)));
        }

        _nulls[word] |= 1UL << row;
        NullCount++;
    }

    /// <summary>Appends a value in PostgreSQL's text format, UTF-8.</summary>
    /// <exception cref="Protocol.PgException">
    /// The text is no value of the type; SQLSTATE and message are PostgreSQL's. The column is unchanged.
    /// </exception>
    public abstract void AppendText(ReadOnlySpan<byte> text);

    /// <summary>
    /// Appends a value in the binary format of <paramref name="sentType"/>, which may be narrower than the column's type.
    /// </summary>
    /// <exception cref="Protocol.PgException">
    /// The bytes are no value of the type, or it is out of the column's range. The column is unchanged.
    /// </exception>
    /// <exception cref="ArgumentException"><see cref="CanReadBinary"/> says no to <paramref name="sentType"/>.</exception>
    public abstract void AppendBinary(ReadOnlySpan<byte> value, PgType sentType);

    /// <summary>
    /// Whether <see cref="AppendBinary"/> takes this type: the column's own, another width of integer or float that assignment converts,
    /// and raw text for text-like columns.
    /// </summary>
    public abstract bool CanReadBinary(PgType sentType);

    /// <summary>Writes the value as PostgreSQL prints it (DateStyle ISO, extra_float_digits 1). The value must not be NULL.</summary>
    public abstract void WriteValueText(int row, IBufferWriter<byte> output);

    /// <summary>Writes the value in the binary format of the column's type, without a length. The value must not be NULL.</summary>
    public abstract void WriteValueBinary(int row, IBufferWriter<byte> output);

    /// <summary>Drops all values from row <paramref name="count"/> on.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _count);
        if (NullCount != 0)
        {
            ClearNullsFrom(count);
        }

        _count = count;
        TruncateValues(count);
    }

    /// <summary>Drops all values and keeps the buffers.</summary>
    public void Clear() => Truncate(0);

    /// <summary>Returns the buffers to the pool. The column must not be used afterwards.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the buffers to the pool.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Appends what stands in the value buffer where a NULL is.</summary>
    private protected abstract void AppendPlaceholder();

    /// <summary>Drops the values, not the null bits, from row <paramref name="count"/> on.</summary>
    private protected abstract void TruncateValues(int count);

    /// <summary>Counts one more value; its buffers are written already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void Added() => _count++;

    private void ClearNullsFrom(int count)
    {
        for (int row = count; row < _count; row++)
        {
            if (IsNull(row))
            {
                _nulls[row >> 6] &= ~(1UL << row);
                NullCount--;
            }
        }
    }
}
