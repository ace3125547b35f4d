using System.Collections.Immutable;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Writes;

/// <summary>
/// What a statement gives for each row: which columns of the table, in which order, and what is to be done with them. Made once per
/// statement, before a row is read; what is wrong with the columns is said here.
/// </summary>
public sealed partial record WritePlan
{
    /// <summary>A plan whose columns have been checked.</summary>
    /// <param name="table">The table.</param>
    /// <param name="verb">The statement's.</param>
    /// <param name="columns">The columns of each row.</param>
    /// <param name="indexes">The position in a row of each of the table's columns, or -1.</param>
    /// <param name="keyColumns">How many of the columns, the last ones, are compared with and not assigned.</param>
    private WritePlan(TableDefinition table, WriteVerb verb, ImmutableArray<ColumnDefinition> columns, int[] indexes, int keyColumns = 0)
    {
        Table = table;
        Verb = verb;
        Columns = columns;
        Indexes = indexes;
        DecodeTypes = DecodeTypesOf(columns, keyColumns);
    }

    /// <summary>The table that is written to.</summary>
    public TableDefinition Table { get; }

    /// <summary>What is done with the rows.</summary>
    public WriteVerb Verb { get; }

    /// <summary>The columns that each row has, in the order of its values.</summary>
    public ImmutableArray<ColumnDefinition> Columns { get; private init; }

    /// <summary>
    /// The types to decode the values to, in that order: those of the columns, except that labels and references are read as text, since they come in several forms,
    /// and that an array of one element may come without braces.
    /// </summary>
    public ImmutableArray<ColumnType> DecodeTypes { get; private init; }

    /// <summary>What an INSERT does with a row whose key exists; <see langword="null"/> if the statement does not say.</summary>
    public ConflictAction? Conflict { get; init; }

    /// <summary>The columns that an existing row gets under <see cref="ConflictAction.Update"/>.</summary>
    public ImmutableArray<ColumnDefinition> ConflictColumns { get; init; } = [];

    /// <summary>The key that ON CONFLICT names; empty if it names none.</summary>
    public ImmutableArray<string> ConflictKey { get; init; } = [];

    /// <summary>Of two rows with one key the later one wins, since no statement said what else: <c>sluice.on_conflict</c>.</summary>
    public bool LaterWins { get; init; }

    /// <summary>ON CONFLICT (id): CDF makes ids, so the rows can only be those that exist.</summary>
    public bool UpdatesById => Conflict == ConflictAction.Update && ConflictKey is ["id"] && Table.Kind is not (TableKind.DoubleDatapoints or TableKind.StringDatapoints);

    /// <summary>How many of the <see cref="Columns"/>, from the first on, UPDATE sets; the others are the key of the row.</summary>
    public int SetColumns { get; init; }

    /// <summary>RETURNING stands in the statement: the rows are wanted as CDF has them afterwards.</summary>
    public bool ReturnsRows { get; init; }

    /// <summary>The columns that RETURNING names; <see langword="default"/> if there are expressions or <c>*</c> in its list.</summary>
    public ImmutableArray<string> ReturnedColumns { get; init; }

    /// <summary>The position in a row of each of the table's columns, or -1.</summary>
    private int[] Indexes { get; init; }

    /// <summary>The plan of a statement that names <paramref name="columns"/>, or none.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">The names in the statement, folded; <see langword="null"/> without a list.</param>
    /// <param name="verb">INSERT or COPY: COPY without a list leaves out what CDF generates, as PostgreSQL leaves out generated columns.</param>
    /// <param name="valueCount">How many values each row of an INSERT has; <see langword="null"/> for COPY.</param>
    /// <param name="positionOf">Position in the query string of the i-th name of the list, for errors.</param>
    /// <exception cref="PgException">
    /// 55000 a table that can only be read, 42703 an unknown column, 42701 one named twice, 42601 a number of values that does not fit, 23502 a
    /// required column that is not there.
    /// </exception>
    public static WritePlan Create(
        TableDefinition table,
        IReadOnlyList<string>? columns,
        WriteVerb verb,
        int? valueCount = null,
        Func<int, int>? positionOf = null)
    {
        table.RequireWritable();
        var chosen = columns is null ? AllColumns(table, verb) : Resolve(table, columns, positionOf);
        if (valueCount > chosen.Count)
        {
            throw new PgException(SqlState.SyntaxError, "INSERT has more expressions than target columns");
        }

        if (valueCount < chosen.Count)
        {
            if (columns is not null)
            {
                throw At("INSERT has more target columns than expressions", SqlState.SyntaxError, valueCount.Value, positionOf);
            }

            chosen.RemoveRange(valueCount.Value, chosen.Count - valueCount.Value);
        }

        var indexes = new int[table.Columns.Length];
        Array.Fill(indexes, -1);
        for (var i = 0; i < chosen.Count; i++)
        {
            indexes[table.OrdinalOf(chosen[i].Name)] = i;
        }

        var plan = new WritePlan(table, verb, [.. chosen], indexes);
        plan.RequireColumns();
        return plan;
    }

    /// <summary>The position in a row of the column called <paramref name="name"/>, or -1.</summary>
    public int IndexOf(string name)
    {
        var ordinal = Table.OrdinalOf(name);
        return ordinal < 0 ? -1 : Indexes[ordinal];
    }

    private static ImmutableArray<ColumnType> DecodeTypesOf(ImmutableArray<ColumnDefinition> columns, int keyColumns)
    {
        // A value that is longer than any key can be is no error where it is compared: it equals none.
        var assigned = columns.Length - keyColumns;
        return [.. columns.Select((column, index) => index < assigned ? DecodeTypeOf(column) : new ColumnType(column.Type.Type))];
    }

    private static ColumnType DecodeTypeOf(ColumnDefinition column) => column.Shape switch
    {
        ColumnShape.Labels => new ColumnType(PgType.Text),
        ColumnShape.Reference => new ColumnType(column.Type.Type.Element is null ? PgType.Text : PgType.TextArray),
        ColumnShape.LoneElement => column.Type with { AcceptsBareElement = true },
        _ => column.Type,
    };

    private static List<ColumnDefinition> AllColumns(TableDefinition table, WriteVerb verb) =>
        [.. table.Columns.Where(column => verb == WriteVerb.Insert || column.Role != ColumnRole.Generated)];

    private static List<ColumnDefinition> Resolve(TableDefinition table, IReadOnlyList<string> names, Func<int, int>? positionOf)
    {
        var chosen = new List<ColumnDefinition>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var column = table.FindColumn(names[i])
                ?? throw At($"column \"{names[i]}\" of relation \"{table.Name}\" does not exist", SqlState.UndefinedColumn, i, positionOf);
            if (chosen.Contains(column))
            {
                throw At($"column \"{names[i]}\" specified more than once", SqlState.DuplicateColumn, i, positionOf);
            }

            chosen.Add(column);
        }

        return chosen;
    }

    private void RequireColumns()
    {
        var missing = Table.Columns.FirstOrDefault(column => column.RequiredOnInsert && IndexOf(column.Name) < 0)?.Name;
        if (missing is not null)
        {
            throw MissingValue(missing);
        }

        if (!Table.RequiredOneOf.IsEmpty && Table.RequiredOneOf.All(name => IndexOf(name) < 0))
        {
            throw MissingValue(Table.RequiredOneOf[0]);
        }
    }

    /// <summary>23502: rows without a value for the column cannot be stored.</summary>
    internal PgException MissingValue(string column) => new(new PgError
    {
        SqlState = SqlState.NotNullViolation,
        Message = $"null value in column \"{column}\" of relation \"{Table.Name}\" violates not-null constraint",
        Hint = Table.RequiredOneOf.Contains(column, StringComparer.Ordinal)
            ? $"Name one of the columns {string.Join(", ", Table.RequiredOneOf)} and give it values."
            : $"Name the column \"{column}\" and give it values: CDF takes no row without.",
        SchemaName = "public",
        TableName = Table.Name,
        ColumnName = column,
    });

    private static PgException At(string message, string sqlState, int index, Func<int, int>? positionOf) =>
        new(new PgError { SqlState = sqlState, Message = message, Position = positionOf?.Invoke(index) ?? 0 });
}
