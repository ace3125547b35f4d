using System.Buffers;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>UPDATE with constants, or DELETE, of rows that WHERE names by a key: <c>key = value</c>, <c>key IN (…)</c>, <c>key = ANY(array)</c>.</summary>
internal sealed class OwnKeyedWrite : OwnRowWrite
{
    private readonly Cell[] _set;
    private readonly KeyCondition[] _keys;
    private readonly PgType[] _sentTypes;
    private readonly bool _isOneRow;

    private OwnKeyedWrite(ReadOnlyMemory<byte> sql, RowWriteStatement statement, WritePlan plan, Cell[] set, KeyCondition[] keys, uint[] declared, uint[] types)
        : base(sql, statement.Target.Name, plan, declared, types)
    {
        _set = set;
        _keys = keys;
        _sentTypes = Array.ConvertAll(types, oid => PgType.FromOid(oid)!);
        _isOneRow = Array.TrueForAll(keys, key => key is { IsArray: false, Values.Length: 1 });
    }

    /// <summary>The statement as one of Sluice's own, or <see langword="null"/> if it needs PostgreSQL.</summary>
    /// <exception cref="PgException">42703 an unknown column; 428C9, 0A000 or 42601 one that cannot be set.</exception>
    public static OwnKeyedWrite? TryCreate(ReadOnlyMemory<byte> sql, RowWriteStatement statement, TableDefinition table, uint[] declaredTypes)
    {
        var (assignments, where) = statement switch
        {
            UpdateStatement { IsPlain: true, Where.Conditions: { } conditions } update => (update.Assignments, conditions),
            DeleteStatement { IsPlain: true, Where.Conditions: { } conditions } => ([], conditions),
            _ => (null, []),
        };
        if (assignments is null || KeyColumns(table, where) is not { } key)
        {
            return null;
        }

        var set = assignments.Select(assignment => ColumnOf(sql.Span, table, assignment.Column)).ToList();
        var parameters = new ParameterTypes(declaredTypes);
        var scratch = new ArrayBufferWriter<byte>();
        var keys = new List<KeyCondition>(key.Count);
        foreach (var column in key)
        {
            if (TryReadKey(sql.Span, column, where.First(condition => condition.Column.Name == column.Name), parameters, scratch) is not { } condition)
            {
                return null;
            }

            keys.Add(condition);
        }

        for (var i = 0; i < set.Count; i++)
        {
            var value = assignments[i].Value;
            if (!NativeValues.Fits(value, set[i].Type) || !parameters.Takes(value, set[i].Type, set[i].Type.Type.Oid))
            {
                return null;
            }
        }

        if (parameters.Complete() is not { } types)
        {
            return null;
        }

        var plan = statement is UpdateStatement ? WritePlan.ForUpdate(table, [.. set], [.. key]) : WritePlan.ForDelete(table, [.. key]);
        var cells = assignments.Select(assignment => Cell.Of(sql.Span, assignment.Value, scratch)).ToArray();
        plan = plan with { ReturnsRows = statement.Returning is not null, ReturnedColumns = OwnReturning.ColumnsOf(statement.Returning) };
        return new OwnKeyedWrite(sql, statement, plan, cells, [.. keys], declaredTypes, types);
    }

    public override int AppendRows(RowBatch batch, OwnPortal? portal, long firstRow, ArrayBufferWriter<byte> scratch, Action<RejectedRow>? reject)
    {
        var before = batch.Count;
        try
        {
            if (_isOneRow)
            {
                AppendSet(batch, portal);
                for (var i = 0; i < _keys.Length; i++)
                {
                    _keys[i].Values[0].AppendTo(batch.Columns[_set.Length + i], portal, _sentTypes, Sql.Span);
                }

                batch.EndRow(firstRow);
                return 1;
            }

            return AppendEach(batch, portal, firstRow, scratch);
        }
        catch (PgException)
        {
            batch.RollbackRow();
            batch.Truncate(before);
            throw;
        }
    }

    /// <summary>The column that a statement names.</summary>
    /// <exception cref="PgException">42703.</exception>
    public static ColumnDefinition ColumnOf(ReadOnlySpan<byte> sql, TableDefinition table, in SqlColumnName name) => table.FindColumn(name.Name)
        ?? throw new PgException(new PgError
        {
            SqlState = SqlState.UndefinedColumn,
            Message = $"column \"{name.Name}\" of relation \"{table.Name}\" does not exist",
            Position = SqlSyntax.PositionOf(sql, name.Span.Start),
        });

    /// <summary>The columns of the table's key that the conditions name, each once and no others; <see langword="null"/> if they are no key.</summary>
    private static List<ColumnDefinition>? KeyColumns(TableDefinition table, IReadOnlyList<SqlCondition> conditions)
    {
        var named = conditions.Select(condition => condition.Column.Name).ToList();
        foreach (var key in table.ConflictKeys)
        {
            if (key.Length == named.Count && key.All(named.Contains))
            {
                return [.. key.Select(name => table.FindColumn(name)!)];
            }
        }

        return null;
    }

    /// <summary>The values of a condition on a key column; <see langword="null"/> if it needs PostgreSQL.</summary>
    public static KeyCondition? TryReadKey(
        ReadOnlySpan<byte> sql, ColumnDefinition column, SqlCondition condition, ParameterTypes parameters, ArrayBufferWriter<byte> scratch)
    {
        if (condition.Comparison is not (SqlComparison.Equal or SqlComparison.In or SqlComparison.Any))
        {
            return null;
        }

        // PostgreSQL compares varchar as text.
        var isText = column.Type.Type == PgType.Varchar;
        var isArray = condition.Comparison == SqlComparison.Any;
        var type = column.Type;
        if (isArray)
        {
            type = new ColumnType((isText ? PgType.Text : column.Type.Type).Array!);
        }

        // Of a list it makes an array of the column's type.
        var inferred = isArray ? type.Type.Oid : isText && condition.Values.Count == 1 ? PgType.Text.Oid : column.Type.Type.Oid;
        foreach (var value in condition.Values)
        {
            if (!NativeValues.Fits(value, type) || !parameters.Takes(value, type, inferred))
            {
                return null;
            }
        }

        var cells = new Cell[condition.Values.Count];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = Cell.Of(sql, condition.Values[i], scratch);
        }

        return new KeyCondition(column, cells, isArray);
    }

    private void AppendSet(RowBatch batch, OwnPortal? portal)
    {
        for (var i = 0; i < _set.Length; i++)
        {
            _set[i].AppendTo(batch.Columns[i], portal, _sentTypes, Sql.Span);
        }
    }

    /// <summary>A row for each combination of the keys' values, each once.</summary>
    private int AppendEach(RowBatch batch, OwnPortal? portal, long firstRow, ArrayBufferWriter<byte> scratch)
    {
        var values = Array.ConvertAll(_keys, key => key.ValuesOf(portal, _sentTypes, Sql.Span, batch.TextInput, scratch));
        var at = new int[_keys.Length];
        var rows = 0;
        if (Array.Exists(values, list => list.Count == 0))
        {
            return 0;
        }

        do
        {
            AppendSet(batch, portal);
            for (var i = 0; i < _keys.Length; i++)
            {
                batch.Columns[_set.Length + i].AppendBinary(values[i][at[i]], _keys[i].Column.Type.Type);
            }

            batch.EndRow(firstRow + rows++);
        }
        while (Next(at, values));

        return rows;
    }

    private static bool Next(int[] at, List<byte[]>[] values)
    {
        for (var i = at.Length - 1; i >= 0; i--)
        {
            if (++at[i] < values[i].Count)
            {
                return true;
            }

            at[i] = 0;
        }

        return false;
    }
}
