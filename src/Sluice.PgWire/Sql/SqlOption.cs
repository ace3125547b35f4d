namespace Sluice.PgWire.Sql;

/// <summary>One of OPTIONS (name 'value', …).</summary>
/// <param name="Name">After folding.</param>
/// <param name="Value">The text.</param>
public sealed record SqlOption(string Name, string Value);
