using System.Runtime.InteropServices;

namespace Sluice.PgWire.Sql;

/// <summary>How a column is compared.</summary>
public enum SqlComparison
{
    /// <summary><c>column = value</c>.</summary>
    Equal,

    /// <summary><c>column IN (value, …)</c>.</summary>
    In,

    /// <summary>
    /// <c>column = ANY(ARRAY[value, …])</c>. Unlike in IN, string constants among the elements are text unless the array is cast, so that
    /// comparing them with a column of another type is an error.
    /// </summary>
    AnyElement,

    /// <summary><c>column = ANY(value)</c>, the value being a parameter or a constant (<c>'{a,b}'</c>) of the column's array type, or NULL.</summary>
    Any,

    /// <summary><c>column &lt; value</c>.</summary>
    Less,

    /// <summary><c>column &lt;= value</c>; also the second half of BETWEEN.</summary>
    LessOrEqual,

    /// <summary><c>column &gt; value</c>.</summary>
    Greater,

    /// <summary><c>column &gt;= value</c>; also the first half of BETWEEN.</summary>
    GreaterOrEqual,
}

/// <summary>A comparison of one column of the target with values, none of them DEFAULT. NULL as a value matches no row.</summary>
/// <param name="Column">The column, without its qualifier, which is the target's name or alias.</param>
/// <param name="Comparison">The operator, turned around where the value stands first.</param>
/// <param name="Values">
/// One value; for <see cref="SqlComparison.In"/> and <see cref="SqlComparison.AnyElement"/> any number. A cast is the value's own
/// (<see cref="SqlValue.CastOid"/>); the comparison's meaning follows from the types as in PostgreSQL.
/// </param>
/// <param name="ArrayOid">OID of the array type that the ARRAY is cast to, or 0.</param>
public sealed record SqlCondition(SqlColumnName Column, SqlComparison Comparison, IReadOnlyList<SqlValue> Values, uint ArrayOid);

/// <summary>WHERE of an UPDATE or DELETE.</summary>
/// <param name="Span">From the keyword to the end of the condition.</param>
/// <param name="Conditions">
/// The conditions, all of which must hold, in the order of the text; <see langword="null"/> if the engine has to evaluate it: OR, expressions,
/// subqueries, columns of other relations, WHERE CURRENT OF.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlWhere(SqlSpan Span, IReadOnlyList<SqlCondition>? Conditions);
