using System.Collections.Frozen;
using System.Globalization;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.Queries;

/// <summary>A scan whose conditions have their values and its columns their places in the table.</summary>
internal sealed class BoundQuery
{
    private BoundQuery(ScanQuery query, TableDefinition table, IReadOnlyList<int> columns, IReadOnlyList<RowFilter> filters)
    {
        Query = query;
        Table = table;
        Columns = columns;
        Filters = filters;
    }

    /// <summary>The place of <c>ctid</c> among <see cref="Columns"/>.</summary>
    public const int CtidColumn = -2;

    /// <summary>The place of a NULL among <see cref="Columns"/>.</summary>
    public const int NoColumn = -1;

    /// <summary>What was asked.</summary>
    public ScanQuery Query { get; }

    /// <summary>The table.</summary>
    public TableDefinition Table { get; }

    /// <summary>The ordinals of the wanted columns, or <see cref="NoColumn"/>, or <see cref="CtidColumn"/>.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>All of which a row must pass.</summary>
    public IReadOnlyList<RowFilter> Filters { get; }

    /// <summary>The values that the column with <paramref name="ordinal"/> must have one of; <see langword="null"/> if no condition says that.</summary>
    public IReadOnlySet<string>? KeysOf(int ordinal) => Filters.OfType<MemberFilter>()
        .Where(filter => filter.Ordinal == ordinal && !filter.Negated)
        .MinBy(filter => filter.Values.Count)?.Values;

    /// <summary>Gives the conditions of <paramref name="query"/> the values of <paramref name="parameters"/>.</summary>
    /// <exception cref="PgException">0A000: a condition cannot be put to CDF exactly, or the rows are wanted in an order; 42703: an unknown column.</exception>
    public static BoundQuery Bind(ScanQuery query, TableDefinition table, IReadOnlyList<string?> parameters)
    {
        if (query.Unsupported is { } condition)
        {
            throw NotExact(table, condition);
        }

        if (query.IsSorted)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"CDF cannot give the rows of \"{table.Name}\" in an order",
                hint: "Let PostgreSQL sort: RESET enable_sort.");
        }

        var columns = query.Columns.Select(name => name switch
        {
            null => NoColumn,
            "ctid" => CtidColumn,
            _ => OrdinalOf(table, name),
        });
        var filters = query.Conditions.SelectMany(c => Bind(c, table, parameters)
            ?? throw NotExact(table, query.WhereStart < 0 ? c.Column : query.Text[query.WhereStart..]));
        return new BoundQuery(query, table, [.. columns], [.. filters]);
    }

    private static int OrdinalOf(TableDefinition table, string name) => table.OrdinalOf(name) is var ordinal and >= 0
        ? ordinal
        : throw new PgException(SqlState.UndefinedColumn, $"column \"{name}\" of table \"{table.Name}\" does not exist");

    private static RowFilter[]? Bind(ScanCondition condition, TableDefinition table, IReadOnlyList<string?> parameters)
    {
        if (condition.Column == "ctid")
        {
            return null;
        }

        var ordinal = OrdinalOf(table, condition.Column);
        var type = table.Columns[ordinal].Type.Type;
        return condition switch
        {
            NullCondition test => [new NullFilter(ordinal, test.IsNull)],
            MemberCondition member => BindMember(member, ordinal, type, parameters),
            RangeCondition range => BindRange(range, ordinal, type, parameters),
            _ => null,
        };
    }

    private static RowFilter[]? BindMember(MemberCondition member, int ordinal, PgType type, IReadOnlyList<string?> parameters)
    {
        if (!ScanValue.HasCanonicalText(type))
        {
            return null;
        }

        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operand in member.Values)
        {
            if (!IsTypeOf(operand, type))
            {
                return null;
            }

            if (TextOf(operand, parameters) is not { } text)
            {
                if (member.Negated)
                {
                    // Nothing is known to differ from NULL.
                    return [new MemberFilter(ordinal, FrozenSet<string>.Empty, Negated: false)];
                }

                continue;
            }

            var elements = operand.IsArray ? ScanValue.CanonicalElements(type, text) : ScanValue.Canonical(type, text) is { } one ? [one] : null;
            if (elements is null || (member.Negated && operand.IsArray))
            {
                return null;
            }

            values.UnionWith(elements);
        }

        return [new MemberFilter(ordinal, values, member.Negated)];
    }

    private static RowFilter[]? BindRange(RangeCondition range, int ordinal, PgType type, IReadOnlyList<string?> parameters)
    {
        var isTime = type == PgType.Timestamptz;
        if ((!isTime && type != PgType.Int8) || !IsTypeOf(range.Value, type))
        {
            return null;
        }

        if (TextOf(range.Value, parameters) is not { } text)
        {
            return [new MemberFilter(ordinal, FrozenSet<string>.Empty, Negated: false)];
        }

        if (ScanValue.Canonical(type, text) is not { } canonical)
        {
            return null;
        }

        var bytes = System.Text.Encoding.UTF8.GetBytes(canonical);
        var value = isTime
            ? TimestamptzCodec.ParseText(bytes, -1, TextInputSettings.Default)
            : long.Parse(canonical, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return range.Operator switch
        {
            ">=" => [new BoundsFilter(ordinal, value, long.MaxValue, isTime)],
            "<=" => [new BoundsFilter(ordinal, long.MinValue, value, isTime)],
            ">" when value == long.MaxValue => [new MemberFilter(ordinal, FrozenSet<string>.Empty, Negated: false)],
            "<" when value == long.MinValue => [new MemberFilter(ordinal, FrozenSet<string>.Empty, Negated: false)],
            ">" => [new BoundsFilter(ordinal, value + 1, long.MaxValue, isTime)],
            _ => [new BoundsFilter(ordinal, long.MinValue, value - 1, isTime)],
        };
    }

    private static string? TextOf(ScanOperand operand, IReadOnlyList<string?> parameters) => operand.Kind switch
    {
        ScanOperandKind.Constant => operand.Text,
        ScanOperandKind.Parameter when operand.Number <= parameters.Count => parameters[operand.Number - 1],
        _ => throw new PgException(SqlState.UndefinedParameter, $"there is no parameter ${operand.Number}"),
    };

    /// <summary>
    /// The operand has a type whose values compare with the column's as the column's own do; where PostgreSQL writes no type, it is the column's.
    /// </summary>
    private static bool IsTypeOf(ScanOperand operand, PgType type)
    {
        var name = operand.Type;
        if (name is null)
        {
            return true;
        }

        if (operand.IsArray)
        {
            if (!name.EndsWith("[]", StringComparison.Ordinal))
            {
                return false;
            }

            name = name[..^2];
        }

        return type.Name switch
        {
            "text" or "varchar" => name is "text" or "character varying",
            "int8" or "int4" or "int2" => name is "bigint" or "integer" or "smallint",
            _ => name == type.DisplayName,
        };
    }

    private static PgException NotExact(TableDefinition table, string condition) => new(
        SqlState.FeatureNotSupported,
        $"this condition on table \"{table.Name}\" is not supported yet: {condition}",
        hint: "Columns can be compared with constants by =, <>, IN, IS NULL, and numbers and times by <, <=, >, >=. "
            + "Read the rows by their key first: WITH t AS MATERIALIZED (SELECT … WHERE external_id = …) SELECT … FROM t WHERE …");
}
