namespace Sluice.Gateway.Users;

/// <summary>A custom table that is to be declared otherwise.</summary>
/// <param name="Tablename">Its name until now.</param>
/// <param name="Declaration">What it is to be; its name may be another.</param>
public sealed record TableChange(string Tablename, TableDeclaration Declaration);
