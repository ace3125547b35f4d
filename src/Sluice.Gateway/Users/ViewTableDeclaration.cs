using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Users;

/// <summary>A custom table of type <c>view</c> as its creator declared it, with what CDF said of the view at that time.</summary>
/// <param name="Tablename">Name in schema <c>public</c>.</param>
/// <param name="HasEdges">Its rows are edges, not nodes.</param>
/// <param name="Version">The version that was asked for; null for the latest.</param>
/// <param name="View">The view.</param>
public sealed record ViewTableDeclaration(string Tablename, bool HasEdges, string? Version, CdfView View) : TableDeclaration(Tablename)
{
    /// <inheritdoc/>
    public override TableDefinition ToDefinition() => ViewTable.Define(Tablename, View, HasEdges ? TableKind.Edges : TableKind.Nodes);
}
