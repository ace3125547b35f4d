using System.Buffers;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>Copies rows between batches that have the same columns. Used by one thread at a time.</summary>
internal sealed class RowCopy
{
    private readonly ArrayBufferWriter<byte> _value = new();

    /// <summary>Appends <paramref name="row"/> of <paramref name="from"/>, with its origin.</summary>
    public void Append(RowBatch from, int row, RowBatch to) => Append(from, row, to, from.OriginOf(row));

    /// <summary>Appends <paramref name="row"/> of <paramref name="from"/>, with another origin.</summary>
    public void Append(RowBatch from, int row, RowBatch to, long origin)
    {
        for (var i = 0; i < from.Columns.Count; i++)
        {
            var column = from.Columns[i];
            if (column.IsNull(row))
            {
                to.Columns[i].AppendNull();
                continue;
            }

            _value.ResetWrittenCount();
            column.WriteValueBinary(row, _value);
            to.Columns[i].AppendBinary(_value.WrittenSpan, column.Type.Type);
        }

        to.EndRow(origin);
    }
}
