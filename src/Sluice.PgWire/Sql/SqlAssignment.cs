using System.Runtime.InteropServices;

namespace Sluice.PgWire.Sql;

/// <summary>What a column is set to.</summary>
public enum SqlAssignmentForm
{
    /// <summary>Something that only the engine can compute: an expression, a subquery, a second assignment to a column.</summary>
    Expression,

    /// <summary>A value of the closed list of <see cref="SqlValueKinds"/>, DEFAULT included.</summary>
    Value,

    /// <summary><c>EXCLUDED.column</c> of the same column; in ON CONFLICT only.</summary>
    Excluded,

    /// <summary>Not the column but an element or a field of it is set: <c>c[1] = …</c>, <c>c.f = …</c>.</summary>
    Part,
}

/// <summary>
/// One column of a SET list. <c>(a, b) = (1, $2)</c> and <c>(a, b) = ROW(1, $2)</c> are two of them, as if each were set alone;
/// <c>(a, b) = (SELECT …)</c> are two expressions.
/// </summary>
/// <param name="Column">The column.</param>
/// <param name="Form">What it is set to.</param>
/// <param name="Value">The value if <paramref name="Form"/> is <see cref="SqlAssignmentForm.Value"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlAssignment(SqlColumnName Column, SqlAssignmentForm Form, SqlValue Value);
