using System.Buffers;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>The values of a key column that a statement's WHERE allows.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The values; with <paramref name="IsArray"/> one value that is an array.</param>
/// <param name="IsArray"><c>= ANY($1)</c>.</param>
internal sealed record KeyCondition(ColumnDefinition Column, Cell[] Values, bool IsArray)
{
    /// <summary>The values in binary, each once and without NULL, which equals nothing.</summary>
    /// <param name="portal">Has the parameters, if there are any.</param>
    /// <param name="sentTypes">The types of the parameters.</param>
    /// <param name="sql">The query string that literals stand in.</param>
    /// <param name="input">The session's settings at this execution: a time may stand without a zone.</param>
    /// <param name="scratch">Room to work in.</param>
    /// <exception cref="PgException">A value is none of the column's type.</exception>
    public List<byte[]> ValuesOf(
        OwnPortal? portal, PgType[] sentTypes, ReadOnlySpan<byte> sql, TextInputSettings input, ArrayBufferWriter<byte> scratch)
    {
        using var array = IsArray ? (ArrayColumn)PgWire.Columns.Column.Create(new ColumnType(Column.Type.Type.Array!), input) : null;
        using var scalars = IsArray ? null : PgWire.Columns.Column.Create(new ColumnType(Column.Type.Type), input);
        foreach (var cell in Values)
        {
            cell.AppendTo(array ?? scalars!, portal, sentTypes, sql);
        }

        var column = array?.Elements ?? scalars!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var values = new List<byte[]>(column.Count);
        for (var row = 0; row < column.Count; row++)
        {
            if (column.IsNull(row))
            {
                continue;
            }

            scratch.ResetWrittenCount();
            column.WriteValueBinary(row, scratch);
            if (seen.Add(Convert.ToHexString(scratch.WrittenSpan)))
            {
                values.Add(scratch.WrittenSpan.ToArray());
            }
        }

        return values;
    }
}
