using System.Buffers;
using System.Buffers.Binary;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>DELETE of the data points of series, all of them or those of a stretch of time.</summary>
internal sealed class OwnPointsDelete : OwnRowWrite
{
    private readonly KeyCondition _series;
    private readonly (SqlComparison Comparison, Cell Value)[] _times;
    private readonly PgType[] _sentTypes;

    private OwnPointsDelete(
        ReadOnlyMemory<byte> sql,
        RowWriteStatement statement,
        WritePlan plan,
        KeyCondition series,
        (SqlComparison, Cell)[] times,
        uint[] declared,
        uint[] types)
        : base(sql, statement.Target.Name, plan, declared, types)
    {
        _series = series;
        _times = times;
        _sentTypes = Array.ConvertAll(types, oid => PgType.FromOid(oid)!);
    }

    /// <summary>The statement as one of Sluice's own, or <see langword="null"/> if it needs PostgreSQL.</summary>
    public static OwnPointsDelete? TryCreate(
        ReadOnlyMemory<byte> sql, RowWriteStatement statement, TableDefinition table, uint[] declaredTypes)
    {
        if (statement is not DeleteStatement { IsPlain: true, Where.Conditions: { } conditions })
        {
            return null;
        }

        var parameters = new ParameterTypes(declaredTypes);
        var scratch = new ArrayBufferWriter<byte>();
        KeyCondition? series = null;
        var times = new List<(SqlComparison, Cell)>();
        foreach (var condition in conditions)
        {
            var column = OwnKeyedWrite.ColumnOf(sql.Span, table, condition.Column);
            if (column.Name is "external_id" or "id" && series is null)
            {
                series = OwnKeyedWrite.TryReadKey(sql.Span, column, condition, parameters, scratch);
                if (series is null)
                {
                    return null;
                }
            }
            else if (column.Name == "timestamp" && condition.Comparison is not (SqlComparison.In or SqlComparison.Any or SqlComparison.AnyElement)
                && NativeValues.Fits(condition.Values[0], column.Type) && parameters.Takes(condition.Values[0], column.Type, column.Type.Type.Oid))
            {
                times.Add((condition.Comparison, Cell.Of(sql.Span, condition.Values[0], scratch)));
            }
            else
            {
                return null;
            }
        }

        if (series is null || parameters.Complete() is not { } types)
        {
            return null;
        }

        var timestamp = table.FindColumn("timestamp")!;
        var plan = WritePlan.ForDelete(table, [series.Column, timestamp, timestamp]) with { ReturnsRows = statement.Returning is not null };
        return new OwnPointsDelete(sql, statement, plan, series, [.. times], declaredTypes, types);
    }

    public override int AppendRows(RowBatch batch, OwnPortal? portal, long firstRow, ArrayBufferWriter<byte> scratch, Action<RejectedRow>? reject)
    {
        if (Stretch(portal, batch.TextInput) is not var (from, to))
        {
            return 0;
        }

        var rows = 0;
        Span<byte> time = stackalloc byte[sizeof(long)];
        foreach (var series in _series.ValuesOf(portal, _sentTypes, Sql.Span, batch.TextInput, scratch))
        {
            batch.Columns[0].AppendBinary(series, _series.Column.Type.Type);
            BinaryPrimitives.WriteInt64BigEndian(time, from);
            batch.Columns[1].AppendBinary(time, PgType.Timestamptz);
            BinaryPrimitives.WriteInt64BigEndian(time, to);
            batch.Columns[2].AppendBinary(time, PgType.Timestamptz);
            batch.EndRow(firstRow + rows++);
        }

        return rows;
    }

    /// <summary>From the first microsecond to the one after the last; <see langword="null"/> if no time fits.</summary>
    private (long From, long To)? Stretch(OwnPortal? portal, TextInputSettings input)
    {
        var (from, to) = (long.MinValue, long.MaxValue);
        using var values = (FixedColumn<long>)Column.Create(new ColumnType(PgType.Timestamptz), input);
        foreach (var (comparison, value) in _times)
        {
            value.AppendTo(values, portal, _sentTypes, Sql.Span);
            var row = values.Count - 1;
            if (values.IsNull(row))
            {
                return null;
            }

            var time = values.Values[row];
            var after = time == long.MaxValue ? time : time + 1;
            (from, to) = comparison switch
            {
                SqlComparison.Less => (from, Math.Min(to, time)),
                SqlComparison.LessOrEqual => (from, Math.Min(to, after)),
                SqlComparison.Greater => (Math.Max(from, after), to),
                SqlComparison.GreaterOrEqual => (Math.Max(from, time), to),
                _ => (Math.Max(from, time), Math.Min(to, after)),
            };
        }

        from = Math.Clamp(from, PgTime.MinDataPoint, PgTime.MaxDataPoint + 1);
        to = Math.Clamp(to, PgTime.MinDataPoint, PgTime.MaxDataPoint + 1);
        return from < to ? (from, to) : null;
    }
}
