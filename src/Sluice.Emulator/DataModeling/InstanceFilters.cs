using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>Which instances a list returns.</summary>
internal static class InstanceFilters
{
    /// <summary>The request's filter, and for each view of it the view's own filter or, without one, that there is data in it.</summary>
    public static Func<Instance, bool> Compile(
        CdfCall call, DataModelingStore store, bool edges, List<ResolvedSource> sources, JsonElement? filter)
    {
        // What a view's own filter names is the view's business; the caller only needs to see the view.
        var ofView = new FilterCompiler(store, new PropertyReader(store.Schema, edges), edges);
        var conditions = new List<Condition>();
        foreach (var source in sources)
        {
            conditions.Add(store.Schema.Views.Find(source.Id.ToString())?.Filter is { } own ? ofView.Compile(own) : i => source.HasData(i));
        }

        if (filter is { } given)
        {
            var reader = new PropertyReader(store.Schema, edges, id => InstanceReads.RequireRead(call, id));
            conditions.Add(new FilterCompiler(store, reader, edges).Compile(given));
        }

        return instance => conditions.TrueForAll(c => c(instance) == true);
    }
}
