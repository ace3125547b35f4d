using Microsoft.AspNetCore.Routing;
using Sluice.Emulator.Access;
using Sluice.Emulator.Admin;
using Sluice.Emulator.Classic;
using Sluice.Emulator.DataModeling;
using Sluice.Emulator.DataPoints;
using Sluice.Emulator.Faults;
using Sluice.Emulator.Http;
using Sluice.Emulator.Identity;
using Sluice.Emulator.PipelineRuns;
using Sluice.Emulator.Raw;
using Sluice.Emulator.Resources;
using Sluice.Emulator.SequenceRows;
using Sluice.Emulator.Sessions;
using Sluice.Emulator.Statistics;
using Sluice.Emulator.Units;

namespace Sluice.Emulator;

/// <summary>Every path that the emulator serves.</summary>
internal static class EmulatorEndpoints
{
    private const ClassicOperations Gets = ClassicOperations.GetList | ClassicOperations.GetById;

    public static void Map(IEndpointRouteBuilder endpoints, EmulatorState state)
    {
        var routes = new ApiRoutes(endpoints, new CdfPipeline(state));
        routes.Global("POST", "/{tenant}/oauth2/v2.0/token", "/token", TokenEndpoint.HandleAsync, CallerCheck.None);
        routes.Global("GET", "/api/v1/token/inspect", "/token/inspect", TokenInspectEndpoint.HandleAsync, CallerCheck.Token);
        ProjectEndpoints.Map(routes);
        GroupEndpoints.Map(routes);
        SessionEndpoints.Map(routes);
        ClassicEndpoints.Map(routes, "/assets", p => p.Assets, ClassicOperations.All);
        ClassicEndpoints.Map(routes, "/events", p => p.Events, ClassicOperations.All);
        ClassicEndpoints.Map(routes, "/datasets", p => p.DataSets, ClassicOperations.All & ~(Gets | ClassicOperations.Delete));
        ClassicEndpoints.Map(routes, "/timeseries", p => p.TimeSeries, ClassicOperations.All);
        ClassicEndpoints.Map(routes, "/files", p => p.Files, ClassicOperations.All & ~ClassicOperations.Create);
        FileContentEndpoints.Map(routes);
        ClassicEndpoints.Map(
            routes, "/labels", p => p.Labels, ClassicOperations.All & ~(Gets | ClassicOperations.Update | ClassicOperations.Aggregate));
        ClassicEndpoints.Map(
            routes,
            "/relationships",
            p => p.Relationships,
            ClassicOperations.All & ~(ClassicOperations.GetById | ClassicOperations.Aggregate));
        ClassicEndpoints.Map(routes, "/sequences", p => p.Sequences, ClassicOperations.All & ~ClassicOperations.GetById);
        SequenceRowEndpoints.Map(routes);
        ClassicEndpoints.Map(routes, "/extpipes", p => p.ExtractionPipelines, ClassicOperations.All & ~ClassicOperations.Aggregate);
        PipelineRunEndpoints.Map(routes);
        UnitEndpoints.Map(routes);
        DataPointEndpoints.Map(routes);
        RawEndpoints.Map(routes);
        DataModelingEndpoints.Map(routes);

        DiscoveryEndpoints.Map(endpoints, state);
        FaultEndpoints.Map(endpoints, state.Faults);
        StatisticsEndpoints.Map(endpoints, state.Statistics);
        AdminEndpoints.Map(endpoints, state);
        DirectoryEndpoints.Map(endpoints, state);
    }
}
