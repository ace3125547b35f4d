using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary><c>/timeseries/data</c></summary>
internal static class DataPointEndpoints
{
    public static void Map(ApiRoutes routes)
    {
        routes.Post("/timeseries/data", DataPointInsert.HandleAsync);
        routes.Post("/timeseries/data/list", DataPointList.HandleAsync);
        routes.Post("/timeseries/data/latest", DataPointLatest.HandleAsync);
        routes.Post("/timeseries/data/delete", DataPointDelete.HandleAsync);
    }
}
