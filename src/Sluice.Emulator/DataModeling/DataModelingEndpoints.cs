using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>Everything below <c>/models</c>.</summary>
internal static class DataModelingEndpoints
{
    public static void Map(ApiRoutes routes)
    {
        var views = new ViewResource();
        new SpaceResource().Map(routes);
        new ContainerResource().Map(routes);
        views.Map(routes);
        new DataModelResource(views).Map(routes);
        InstanceEndpoints.Map(routes);
    }
}
