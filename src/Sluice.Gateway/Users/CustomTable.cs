namespace Sluice.Gateway.Users;

/// <summary>A stored custom table.</summary>
/// <param name="Declaration">As it was declared.</param>
/// <param name="CreatedTime">To the millisecond.</param>
/// <param name="Id">The number by which version 1 of the administration API names it; 0 before it is stored.</param>
public sealed record CustomTable(TableDeclaration Declaration, DateTimeOffset CreatedTime, long Id = 0);
