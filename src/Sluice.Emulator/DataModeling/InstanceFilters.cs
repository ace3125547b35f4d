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
        var compiler = new FilterCompiler(store, new PropertyReader(store.Schema, edges, id => InstanceReads.RequireRead(call, id)), edges);
        var conditions = new List<Condition>();
        foreach (var source in sources)
        {
            conditions.Add(store.Schema.Views.Find(source.Id.ToString())?.Filter is { } own ? compiler.Compile(own) : i => source.HasData(i));
        }

        if (filter is { } given)
        {
            conditions.Add(compiler.Compile(given));
        }

        return instance => conditions.TrueForAll(c => c(instance) == true);
    }
}
