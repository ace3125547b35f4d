using System.Buffers;
using System.Text;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>INSERT … VALUES of a CDF table, all of whose values Sluice takes itself (rules.md W3).</summary>
internal sealed class OwnInsert : OwnRowWrite
{
    private readonly InsertStatement _statement;
    private readonly Cell[]? _cells;
    private readonly PgType[] _sentTypes;

    private OwnInsert(ReadOnlyMemory<byte> sql, InsertStatement statement, WritePlan plan, uint[] declaredTypes, uint[] parameterTypes)
        : base(sql, statement.Target.Name, plan, declaredTypes, parameterTypes)
    {
        _statement = statement;
        _sentTypes = Array.ConvertAll(parameterTypes, oid => PgType.FromOid(oid)!);
        _cells = parameterTypes.Length > 0 ? Compile(sql.Span, statement) : null;
    }

    /// <summary>How many rows each execution adds.</summary>
    private int RowCount => _statement.Source == InsertSource.DefaultValues ? 1 : _statement.RowCount;

    /// <summary>
    /// The statement as one of Sluice's own, or <see langword="null"/> if PostgreSQL has to compute its rows.
    /// </summary>
    public static OwnInsert? TryCreate(ReadOnlyMemory<byte> sql, InsertStatement statement, WritePlan plan, uint[] declaredTypes)
    {
        var width = statement.Source == InsertSource.DefaultValues ? 0 : statement.ValueKinds.Count;
        for (var i = 0; i < width; i++)
        {
            if (!NativeValues.Fits(statement.ValueKinds[i], plan.DecodeTypes[i]))
            {
                return null;
            }
        }

        foreach (var cast in statement.Casts)
        {
            if (!NativeValues.IsSameAs(cast.TypeOid, plan.Columns[cast.Column].Type.Type))
            {
                return null;
            }
        }

        return NativeValues.TryInferParameters(statement, plan, declaredTypes) is { } types
            ? new OwnInsert(sql, statement, plan, declaredTypes, types)
            : null;
    }

    public override int AppendRows(RowBatch batch, OwnPortal? portal, long firstRow, ArrayBufferWriter<byte> scratch, Action<RejectedRow>? reject)
    {
        var before = batch.Count;
        try
        {
            if (_cells is not null)
            {
                AppendCompiled(batch, portal!, firstRow, reject);
            }
            else
            {
                AppendLiterals(batch, firstRow, scratch, reject);
            }

            return RowCount;
        }
        catch (PgException)
        {
            batch.Truncate(before);
            throw;
        }
    }

    private void AppendLiterals(RowBatch batch, long row, ArrayBufferWriter<byte> scratch, Action<RejectedRow>? reject)
    {
        if (_statement.Source == InsertSource.DefaultValues)
        {
            foreach (var column in batch.Columns)
            {
                column.AppendNull();
            }

            batch.EndRow(row);
            return;
        }

        var reader = _statement.ReadValues(Sql.Span);
        while (reader.ReadRow())
        {
            var start = reader;
            try
            {
                AppendRow(batch, ref reader, scratch);
                batch.EndRow(row);
            }
            catch (PgException e) when (reject is not null)
            {
                batch.RollbackRow();
                reject(new RejectedRow(row, Key: null, e.Error, RowText.Of(ValuesOf(start, scratch))));
            }

            row++;
        }
    }

    private void AppendRow(RowBatch batch, ref SqlValuesReader reader, ArrayBufferWriter<byte> scratch)
    {
        var sql = Sql.Span;
        for (var i = 0; reader.ReadValue(out var value); i++)
        {
            if (value.Kind is SqlValueKinds.Null or SqlValueKinds.Default)
            {
                batch.Columns[i].AppendNull();
                continue;
            }

            scratch.ResetWrittenCount();
            try
            {
                batch.Columns[i].AppendText(value.Text(sql, scratch));
            }
            catch (PgException e) when (e.Error.Position == 0)
            {
                throw new PgException(e.Error with { Position = SqlSyntax.PositionOf(sql, value.Token.Start) }, e);
            }
        }
    }

    private void AppendCompiled(RowBatch batch, OwnPortal portal, long row, Action<RejectedRow>? reject)
    {
        var columns = batch.Columns;
        for (var start = 0; start < _cells!.Length; start += columns.Count)
        {
            try
            {
                for (var i = 0; i < columns.Count; i++)
                {
                    _cells[start + i].AppendTo(columns[i], portal, _sentTypes, Sql.Span);
                }

                batch.EndRow(row);
            }
            catch (PgException e) when (reject is not null)
            {
                batch.RollbackRow();
                var cells = _cells.AsSpan(start, columns.Count).ToArray();
                var values = cells.Select((cell, index) => (Plan.Columns[index], cell.TextOf(portal)));
                reject(new RejectedRow(row, Key: null, e.Error, RowText.Of(values)));
            }

            row++;
        }
    }

    /// <summary>The values of the row that <paramref name="reader"/> stands before.</summary>
    private List<(ColumnDefinition Column, string? Value)> ValuesOf(SqlValuesReader reader, ArrayBufferWriter<byte> scratch)
    {
        var values = new List<(ColumnDefinition, string?)>();
        while (reader.ReadValue(out var value))
        {
            var isNull = value.Kind is SqlValueKinds.Null or SqlValueKinds.Default;
            scratch.ResetWrittenCount();
            values.Add((Plan.Columns[values.Count], isNull ? null : Encoding.UTF8.GetString(value.Text(Sql.Span, scratch))));
        }

        return values;
    }

    private static Cell[] Compile(ReadOnlySpan<byte> sql, InsertStatement statement)
    {
        var cells = new List<Cell>(statement.RowCount * statement.ValueKinds.Count);
        var scratch = new ArrayBufferWriter<byte>();
        var reader = statement.ReadValues(sql);
        while (reader.ReadRow())
        {
            while (reader.ReadValue(out var value))
            {
                cells.Add(Cell.Of(sql, value, scratch));
            }
        }

        return [.. cells];
    }
}
