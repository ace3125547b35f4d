namespace Sluice.Gateway.Reads;

/// <summary>
/// The only keys that a statement can want of a CDF table, because it joins the table with local rows that have no others. A hint: rows of other keys would
/// change nothing, since PostgreSQL joins again.
/// </summary>
/// <param name="Table">The CDF table, in schema <c>public</c>.</param>
/// <param name="Column">Its column.</param>
/// <param name="Keys">The keys as PostgreSQL prints them, times in UTC.</param>
public sealed record KeySet(string Table, string Column, IReadOnlySet<string> Keys);
