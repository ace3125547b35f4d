using System.Buffers;
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

    public override int AppendRows(RowBatch batch, OwnPortal? portal, long firstRow, ArrayBufferWriter<byte> scratch)
    {
        var before = batch.Count;
        try
        {
            if (_cells is not null)
            {
                AppendCompiled(batch, portal!, firstRow);
            }
            else
            {
                AppendLiterals(batch, firstRow, scratch);
            }

            return RowCount;
        }
        catch (PgException)
        {
            batch.Truncate(before);
            throw;
        }
    }

    private void AppendLiterals(RowBatch batch, long row, ArrayBufferWriter<byte> scratch)
    {
        var columns = batch.Columns;
        if (_statement.Source == InsertSource.DefaultValues)
        {
            foreach (var column in columns)
            {
                column.AppendNull();
            }

            batch.EndRow(row);
            return;
        }

        var sql = Sql.Span;
        var reader = _statement.ReadValues(sql);
        while (reader.ReadRow())
        {
            for (var i = 0; reader.ReadValue(out var value); i++)
            {
                if (value.Kind is SqlValueKinds.Null or SqlValueKinds.Default)
                {
                    columns[i].AppendNull();
                    continue;
                }

                scratch.ResetWrittenCount();
                try
                {
                    columns[i].AppendText(value.Text(sql, scratch));
                }
                catch (PgException e) when (e.Error.Position == 0)
                {
                    throw new PgException(e.Error with { Position = SqlSyntax.PositionOf(sql, value.Token.Start) }, e);
                }
            }

            batch.EndRow(row++);
        }
    }

    private void AppendCompiled(RowBatch batch, OwnPortal portal, long row)
    {
        var columns = batch.Columns;
        var width = columns.Count;
        for (var i = 0; i < _cells!.Length; i++)
        {
            _cells[i].AppendTo(columns[i % width], portal, _sentTypes, Sql.Span);
            if (i % width == width - 1)
            {
                batch.EndRow(row++);
            }
        }
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
