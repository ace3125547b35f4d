using System.Collections.Immutable;

namespace Sluice.Gateway.Reads.Queries;

/// <summary>One condition on one column.</summary>
/// <param name="Column">The column's name.</param>
internal abstract record ScanCondition(string Column)
{
    /// <summary>It compares with a value that is known only when the query runs: <c>(SELECT null::bigint)</c> in an EXPLAIN.</summary>
    public virtual bool HasPlaceholder => false;
}

/// <summary>The column is one of some values, or none of them.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Values">The values; each may be an array.</param>
/// <param name="Negated">None of them.</param>
internal sealed record MemberCondition(string Column, ImmutableArray<ScanOperand> Values, bool Negated = false) : ScanCondition(Column)
{
    /// <inheritdoc/>
    public override bool HasPlaceholder => Values.Any(static value => value.Kind == ScanOperandKind.Placeholder);
}

/// <summary>The column is less or greater than a value.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Operator"><c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
/// <param name="Value">The value.</param>
internal sealed record RangeCondition(string Column, string Operator, ScanOperand Value) : ScanCondition(Column)
{
    /// <inheritdoc/>
    public override bool HasPlaceholder => Value.Kind == ScanOperandKind.Placeholder;
}

/// <summary><c>IS NULL</c> or <c>IS NOT NULL</c>.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="IsNull">Which of the two.</param>
internal sealed record NullCondition(string Column, bool IsNull) : ScanCondition(Column);
