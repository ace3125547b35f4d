using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>POST /{resource}/byids</c> and <c>GET /{resource}/{id}</c></summary>
internal static class ClassicById
{
    public static async ValueTask<Reply> PostAsync(CdfCall call, ClassicResource resource)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "READ");
        var body = await call.ReadJsonAsync();
        var items = body.Items(1000);
        call.Log.Items = items.GetArrayLength();
        var keys = items.EnumerateArray().Select(i => resource.Type.ReadKey(i, instances: true)).ToList();
        var ignoreUnknown = body.Flag("ignoreUnknownIds");
        var options = ClassicList.ReadOptions(body);
        lock (resource.Project.Gate)
        {
            return Reply.Items(
                StatusCodes.Status200OK,
                resource.Find(keys, grant, ignoreUnknown),
                (writer, record) => resource.Write(writer, record, options));
        }
    }

    public static ValueTask<Reply> GetAsync(CdfCall call, ClassicResource resource)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "READ");
        var id = long.Parse(call.Route("id"));
        lock (resource.Project.Gate)
        {
            var record = resource.Find([new ItemKey(id)], grant, ignoreUnknown: false)[0];
            return ValueTask.FromResult(
                Reply.Json(StatusCodes.Status200OK, writer => resource.Write(writer, record, ListOptions.Standard)));
        }
    }
}
