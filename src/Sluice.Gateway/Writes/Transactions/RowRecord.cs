using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.Cdf.Http;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// The rows of a batch as bytes and back, column by column, which compresses best. A value is what PostgreSQL sends in binary, after its length
/// plus one; 0 is NULL.
/// </summary>
internal static class RowRecord
{
    /// <summary>Writes all rows of <paramref name="batch"/>.</summary>
    public static void Write(RowBatch batch, PooledBuffer output)
    {
        WriteNumber(output, (ulong)batch.Count);
        long last = 0;
        foreach (var origin in batch.Origins)
        {
            var step = origin - last;
            WriteNumber(output, (ulong)((step << 1) ^ (step >> 63)));
            last = origin;
        }

        var value = new ArrayBufferWriter<byte>();
        foreach (var column in batch.Columns)
        {
            for (var row = 0; row < column.Count; row++)
            {
                if (column.IsNull(row))
                {
                    WriteNumber(output, 0);
                    continue;
                }

                value.ResetWrittenCount();
                column.WriteValueBinary(row, value);
                WriteNumber(output, (ulong)value.WrittenCount + 1);
                output.Write(value.WrittenSpan);
            }
        }
    }

    /// <summary>Adds the rows of a record to <paramref name="batch"/>, which has the columns of the one that was written.</summary>
    /// <param name="record">What <see cref="Write"/> has written.</param>
    /// <param name="batch">An empty batch.</param>
    /// <param name="distinct">Origins that do not tell the rows apart, because they are of several statements, become the rows' numbers.</param>
    public static void Read(ReadOnlySpan<byte> record, RowBatch batch, bool distinct = false)
    {
        var count = (int)ReadNumber(ref record);
        var origins = new long[count];
        long last = 0;
        var isRising = true;
        for (var row = 0; row < count; row++)
        {
            var step = ReadNumber(ref record);
            var change = (long)(step >> 1) ^ -(long)(step & 1);
            isRising &= row == 0 || change > 0;
            last += change;
            origins[row] = last;
        }

        if (distinct && !isRising)
        {
            origins = [.. Enumerable.Range(1, count).Select(number => (long)number)];
        }

        foreach (var column in batch.Columns)
        {
            for (var row = 0; row < count; row++)
            {
                var length = (int)ReadNumber(ref record);
                if (length == 0)
                {
                    column.AppendNull();
                    continue;
                }

                column.AppendBinary(record[..(length - 1)], column.Type.Type);
                record = record[(length - 1)..];
            }
        }

        batch.EndRows(origins);
    }

    /// <summary>Adds the rows of <paramref name="source"/> from <paramref name="from"/> up to <paramref name="to"/>, which have the same columns.</summary>
    public static void Copy(RowBatch source, int from, int to, RowBatch target)
    {
        var value = new ArrayBufferWriter<byte>();
        for (var i = 0; i < source.Columns.Count; i++)
        {
            var (column, copy) = (source.Columns[i], target.Columns[i]);
            for (var row = from; row < to; row++)
            {
                if (column.IsNull(row))
                {
                    copy.AppendNull();
                    continue;
                }

                value.ResetWrittenCount();
                column.WriteValueBinary(row, value);
                copy.AppendBinary(value.WrittenSpan, column.Type.Type);
            }
        }

        target.EndRows(source.Origins[from..to]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteNumber(PooledBuffer output, ulong number)
    {
        var target = output.GetSpan(10);
        var length = 0;
        while (number >= 0x80)
        {
            target[length++] = (byte)(number | 0x80);
            number >>= 7;
        }

        target[length++] = (byte)number;
        output.Advance(length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadNumber(ref ReadOnlySpan<byte> record)
    {
        ulong number = 0;
        for (var (shift, at) = (0, 0); ; shift += 7, at++)
        {
            var next = record[at];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                record = record[(at + 1)..];
                return number;
            }
        }
    }
}
