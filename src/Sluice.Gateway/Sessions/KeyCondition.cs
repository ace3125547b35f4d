using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Sessions;

/// <summary>The values of a key column that a statement's WHERE allows.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The values; with <paramref name="IsArray"/> one value that is an array.</param>
/// <param name="IsArray"><c>= ANY($1)</c>.</param>
internal sealed record KeyCondition(ColumnDefinition Column, Cell[] Values, bool IsArray);
