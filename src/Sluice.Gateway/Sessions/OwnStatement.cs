using System.Buffers;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>A statement that Sluice runs itself, with its target resolved and its columns checked.</summary>
internal abstract class OwnStatement(ReadOnlyMemory<byte> sql, QualifiedName relation, uint[] declaredTypes, uint[] parameterTypes)
{
    /// <summary>The query string that it stands in.</summary>
    public ReadOnlyMemory<byte> Sql { get; } = sql;

    /// <summary>The target as the statement names it.</summary>
    public QualifiedName Relation { get; } = relation;

    /// <summary>Type OIDs as Parse declared them.</summary>
    public uint[] DeclaredTypes { get; } = declaredTypes;

    /// <summary>Type OIDs of the parameters, inferred where none was declared.</summary>
    public uint[] ParameterTypes { get; } = parameterTypes;

    /// <summary>As PostgreSQL calls the command in messages.</summary>
    public abstract string Command { get; }
}

/// <summary>COPY … FROM STDIN of a CDF table.</summary>
internal sealed class OwnCopy(ReadOnlyMemory<byte> sql, CopyStatement statement, WritePlan plan)
    : OwnStatement(sql, statement.Target!.Name, [], [])
{
    public CopyStatement Statement { get; } = statement;

    public WritePlan Plan { get; } = plan;

    public override string Command => "COPY FROM";
}

/// <summary>INSERT … VALUES of a CDF table, all of whose values Sluice takes itself (rules.md W3).</summary>
internal sealed class OwnInsert : OwnStatement
{
    private readonly InsertStatement _statement;
    private readonly Cell[]? _cells;
    private readonly PgType[] _sentTypes;

    private OwnInsert(ReadOnlyMemory<byte> sql, InsertStatement statement, WritePlan plan, uint[] declaredTypes, uint[] parameterTypes)
        : base(sql, statement.Target.Name, declaredTypes, parameterTypes)
    {
        _statement = statement;
        Plan = plan;
        _sentTypes = Array.ConvertAll(parameterTypes, oid => PgType.FromOid(oid)!);
        _cells = parameterTypes.Length > 0 ? Compile(sql.Span, statement) : null;
    }

    public WritePlan Plan { get; }

    public override string Command => "INSERT";

    /// <summary>How many rows each execution adds.</summary>
    public int RowCount => _statement.Source == InsertSource.DefaultValues ? 1 : _statement.RowCount;

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

    /// <summary>Adds the rows of one execution to <paramref name="batch"/>.</summary>
    /// <param name="batch">Has the plan's columns.</param>
    /// <param name="portal">The parameters; <see langword="null"/> if there are none.</param>
    /// <param name="firstRow">What errors call the first of the rows; the others count on.</param>
    /// <param name="scratch">For literals with escapes.</param>
    /// <exception cref="PgException">A value does not fit; the rows of this execution are out of the batch again.</exception>
    public void AppendRows(RowBatch batch, OwnPortal? portal, long firstRow, ArrayBufferWriter<byte> scratch)
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
        var message = portal.Message;
        var values = portal.Values;
        for (var i = 0; i < _cells!.Length; i++)
        {
            var column = columns[i % width];
            var cell = _cells[i];
            if (cell.Parameter == 0)
            {
                if (cell.Literal is null)
                {
                    column.AppendNull();
                }
                else
                {
                    column.AppendText(cell.Literal);
                }
            }
            else
            {
                var index = cell.Parameter - 1;
                var value = values[index];
                if (value.IsNull)
                {
                    column.AppendNull();
                }
                else if (message.ParameterFormat(index) == 0 || _sentTypes[index] == PgType.Text || _sentTypes[index] == PgType.Varchar)
                {
                    column.AppendText(portal.Bytes(value));
                }
                else
                {
                    column.AppendBinary(portal.Bytes(value), _sentTypes[index]);
                }
            }

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
                scratch.ResetWrittenCount();
                var isNull = value.Kind is SqlValueKinds.Null or SqlValueKinds.Default or SqlValueKinds.Parameter;
                cells.Add(new Cell(value.Parameter, isNull ? null : value.Text(sql, scratch).ToArray()));
            }
        }

        return [.. cells];
    }

    /// <summary>A value of the VALUES list.</summary>
    /// <param name="Parameter">The n of <c>$n</c>, or 0.</param>
    /// <param name="Literal">The value's text; <see langword="null"/> is NULL.</param>
    private readonly record struct Cell(int Parameter, byte[]? Literal);
}
