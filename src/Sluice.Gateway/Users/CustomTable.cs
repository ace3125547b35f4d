namespace Sluice.Gateway.Users;

/// <summary>A stored custom table.</summary>
/// <param name="Declaration">As it was declared.</param>
/// <param name="CreatedTime">To the millisecond.</param>
public sealed record CustomTable(TableDeclaration Declaration, DateTimeOffset CreatedTime);
