using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>What a view may refer to.</summary>
internal static class ViewRules
{
    /// <summary>Checks views that are already in the schema, so that they may refer to each other.</summary>
    public static void Check(Schema schema, IReadOnlyList<ViewDefinition> views)
    {
        Schema.RequireAll("views", views.SelectMany(v => v.Implements).Select(p => p.ToString()), schema.Views);
        var mapped = views.SelectMany(v => v.Properties.Values).OfType<MappedProperty>().ToList();
        Schema.RequireAll("containers", mapped.Select(p => p.Container.ToString()), schema.Containers);
        foreach (var property in mapped)
        {
            CheckMapping(schema, property);
        }

        foreach (var reverse in views.SelectMany(v => v.Properties.Values).OfType<ReverseRelation>())
        {
            if (schema.FindThrough(reverse)?.Property.Type.Kind != PropertyKind.Direct)
            {
                throw CdfException.BadRequest(
                    $"Property '{reverse.Identifier}' goes through '{reverse.ThroughProperty}' of '{reverse.ThroughSource}', "
                    + "which is not a direct relation");
            }
        }

        foreach (var view in views)
        {
            RejectCycle(schema, view.Id, view);
            if (schema.Resolve(view).UsedFor == Usage.None)
            {
                throw CdfException.BadRequest($"View '{view.Key}' maps both containers for nodes only and containers for edges only");
            }
        }
    }

    private static void CheckMapping(Schema schema, MappedProperty property)
    {
        var column = schema.FindColumn(property.Container, property.ContainerProperty)
            ?? throw CdfException.BadRequest($"Container '{property.Container}' has no property '{property.ContainerProperty}'");
        if (property.Source is not null && column.Property.Type.Kind != PropertyKind.Direct)
        {
            throw CdfException.BadRequest($"Property '{property.Identifier}' has a source but is not a direct relation");
        }
    }

    private static void RejectCycle(Schema schema, ViewId start, ViewDefinition view, int depth = 0)
    {
        // Views implement each other over ten levels at most, so a deeper walk is a cycle that does not contain the start.
        const int MaxDepth = 10;
        foreach (var parent in view.Implements)
        {
            if (parent == start || depth == MaxDepth)
            {
                throw CdfException.BadRequest($"View '{start}' implements itself or is more than {MaxDepth} levels deep");
            }

            if (schema.Views.Find(parent.ToString()) is { } definition)
            {
                RejectCycle(schema, start, definition, depth + 1);
            }
        }
    }
}
