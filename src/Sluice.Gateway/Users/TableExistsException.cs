namespace Sluice.Gateway.Users;

/// <summary>A user already has a table of this name, declared otherwise.</summary>
public sealed class TableExistsException(string tablename) : Exception($"table \"{tablename}\" exists already and is declared otherwise")
{
    /// <summary>The name.</summary>
    public string Tablename { get; } = tablename;
}
