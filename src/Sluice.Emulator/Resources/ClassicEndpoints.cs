using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>The operations that a resource can have.</summary>
[Flags]
internal enum ClassicOperations
{
    None = 0,
    Create = 1,
    List = 2,
    GetList = 4,
    GetById = 8,
    ByIds = 16,
    Update = 32,
    Delete = 64,
    Aggregate = 128,
    All = Create | List | GetList | GetById | ByIds | Update | Delete | Aggregate,
}

/// <summary>Registers a classic resource's operations under its path.</summary>
internal static class ClassicEndpoints
{
    public static void Map(ApiRoutes routes, string path, Func<Project, ClassicResource> resource, ClassicOperations operations)
    {
        if (operations.HasFlag(ClassicOperations.Create))
        {
            routes.Post(path, call => ClassicCreate.HandleAsync(call, resource(call.Project)));
        }

        if (operations.HasFlag(ClassicOperations.List))
        {
            routes.Post(path + "/list", call => ClassicList.PostAsync(call, resource(call.Project)));
        }

        if (operations.HasFlag(ClassicOperations.GetList))
        {
            routes.Get(path, call => ClassicList.GetAsync(call, resource(call.Project)));
        }

        if (operations.HasFlag(ClassicOperations.GetById))
        {
            routes.Get(path + "/{id:long}", call => ClassicById.GetAsync(call, resource(call.Project)));
        }

        if (operations.HasFlag(ClassicOperations.ByIds))
        {
            routes.Post(path + "/byids", call => ClassicById.PostAsync(call, resource(call.Project)));
        }

        if (operations.HasFlag(ClassicOperations.Update))
        {
            routes.Post(path + "/update", call => ClassicUpdate.HandleAsync(call, resource(call.Project)));
        }

        if (operations.HasFlag(ClassicOperations.Delete))
        {
            routes.Post(path + "/delete", call => ClassicDelete.HandleAsync(call, resource(call.Project)));
        }

        if (operations.HasFlag(ClassicOperations.Aggregate))
        {
            routes.Post(path + "/aggregate", call => ClassicList.AggregateAsync(call, resource(call.Project)));
        }
    }
}
