using System.Runtime.InteropServices;

namespace Sluice.PgWire.Sql;

/// <summary>An item of a RETURNING list.</summary>
/// <param name="Column">A column; <see langword="null"/> for <c>*</c>, with or without the target's name before it.</param>
/// <param name="Name">The result column's name; <see langword="null"/> for <c>*</c>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReturningItem(SqlColumnName? Column, string? Name);

/// <summary>RETURNING of an INSERT, UPDATE or DELETE.</summary>
/// <param name="Span">From the keyword to the end of the list.</param>
/// <param name="List">The list alone.</param>
/// <param name="Items">
/// The items if all are columns or <c>*</c>; <see langword="null"/> if there are expressions. With FROM or USING, <c>*</c> and columns without
/// a qualifier may be other relations'.
/// </param>
public sealed record ReturningClause(SqlSpan Span, SqlSpan List, IReadOnlyList<ReturningItem>? Items)
{
    /// <summary>The list is <c>*</c> and nothing else.</summary>
    public bool IsStar => Items is [{ Column: null }];
}
