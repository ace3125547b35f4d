using System.Collections.Immutable;
using Sluice.Cdf.Resources;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tables;

/// <summary>Makes the definition of a user's own table over one view of data modeling: a row is a node, or an edge, with its properties in the view.</summary>
public static class ViewTable
{
    /// <summary>CDF wants to see the view that a request names, and has no update: what is changed is read.</summary>
    private static readonly TableCapabilities Writable = new()
    {
        Select = [CdfAcl.DataModelInstances.Read, CdfAcl.DataModels.Read],
        Insert = [CdfAcl.DataModelInstances.Write, CdfAcl.DataModels.Read],
        Upsert = [CdfAcl.DataModelInstances.Read, CdfAcl.DataModelInstances.Write, CdfAcl.DataModels.Read],
        InsertMissing = [CdfAcl.DataModelInstances.Write, CdfAcl.DataModels.Read],
        Update = [CdfAcl.DataModelInstances.Read, CdfAcl.DataModelInstances.Write, CdfAcl.DataModels.Read],
        Delete = [CdfAcl.DataModelInstances.Read, CdfAcl.DataModelInstances.Write, CdfAcl.DataModels.Read],
    };


    /// <summary>The table <paramref name="name"/> over <paramref name="view"/>.</summary>
    /// <param name="name">1 to 60 characters, at most 63 bytes, not the name of a built-in table.</param>
    /// <param name="view">The view as CDF has it now; the table does not follow its changes.</param>
    /// <param name="kind"><see cref="TableKind.Nodes"/> or <see cref="TableKind.Edges"/>.</param>
    /// <exception cref="PgException">
    /// 42939 a reserved name; 42602 an empty name or a NUL in it; 42622 a name that is too long, also of a property; 42P16 a view that is not for such
    /// instances, or a property of a type that is not known.
    /// </exception>
    public static TableDefinition Define(string name, CdfView view, TableKind kind)
    {
        CustomNames.CheckTable(name);
        var what = kind == TableKind.Edges ? "edge" : "node";
        if (view.UsedFor != "all" && view.UsedFor != what)
        {
            throw new PgException(
                SqlState.InvalidTableDefinition,
                $"view {Display(view)} is for {view.UsedFor}s, not for {what}s",
                hint: "Leave instanceType out.");
        }

        var columns = new List<ColumnDefinition>(kind == TableKind.Edges ? InstanceColumns.OfEdges : InstanceColumns.OfNodes);
        foreach (var (property, column) in view.Properties.Zip(NamesOf(columns, view.Properties)))
        {
            columns.Add(ViewPropertyColumn.Of(property, column));
        }

        CustomNames.CheckColumns(name, columns);
        return new TableDefinition
        {
            Name = name,
            Kind = kind,
            Comment = $"CDF {what}s through view {Display(view)}. {(view.Writable
                ? "INSERT makes them, and changes those that exist"
                : "They can only be read: the view lacks properties that its containers require")}.",
            Columns = [.. columns],
            Capabilities = view.Writable ? Writable : TableCapabilities.ReadOnly(Writable.Select),
            Insert = view.Writable ? InsertEffect.Overwrites : InsertEffect.None,
            PrimaryKey = [InstanceColumns.Space.Name, InstanceColumns.ExternalId.Name],
            View = new ViewReference(view.Space, view.ExternalId, view.Version),
        };
    }

    /// <summary>
    /// A name for each property: its own, unless an instance's own column or a system column has it; then with as many underscores at its end as make it
    /// another one.
    /// </summary>
    private static IEnumerable<string> NamesOf(List<ColumnDefinition> columns, ImmutableArray<CdfViewProperty> properties)
    {
        var taken = columns.Select(column => column.Name).Concat(CustomNames.SystemColumns).ToHashSet(StringComparer.Ordinal);
        var own = properties.Select(property => property.Identifier).ToHashSet(StringComparer.Ordinal);
        foreach (var property in properties)
        {
            var name = property.Identifier;
            if (taken.Contains(name))
            {
                do
                {
                    name += "_";
                }
                while (taken.Contains(name) || own.Contains(name));
                taken.Add(name);
            }

            yield return name;
        }
    }

    private static string Display(CdfView view) => $"\"{view.ExternalId}\", version \"{view.Version}\", of space \"{view.Space}\"";
}
