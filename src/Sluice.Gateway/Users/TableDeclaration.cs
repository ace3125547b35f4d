using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users;

/// <summary>A custom table as its creator declared it.</summary>
/// <param name="Tablename">Name in schema <c>public</c>.</param>
public abstract record TableDeclaration(string Tablename)
{
    /// <summary>The table that it declares.</summary>
    /// <exception cref="PgException">What is wrong with it; see <see cref="CustomRawTable"/> and <see cref="ViewTable"/>.</exception>
    public abstract TableDefinition ToDefinition();
}
