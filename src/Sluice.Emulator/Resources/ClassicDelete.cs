using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>POST /{resource}/delete</c></summary>
internal static class ClassicDelete
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call, ClassicResource resource)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "WRITE", resource.Type.DeleteAlsoNeeds);
        var body = await call.ReadJsonAsync();
        var items = body.Items(1000);
        call.Log.Items = items.GetArrayLength();
        var keys = items.EnumerateArray().Select(i => resource.Type.ReadKey(i, instances: false)).ToList();
        var ignoreUnknown = resource.Type.DeleteCanIgnoreUnknown && body.Flag("ignoreUnknownIds");
        await call.BeginEffectAsync(ClassicClaims.Of(resource, keys));
        lock (resource.Project.Gate)
        {
            var records = resource.ExpandDelete(resource.Find(keys, grant, ignoreUnknown), body);
            ClassicCreate.CheckAccess(call, resource, grant, records);
            foreach (var record in records)
            {
                resource.Store.Remove(record);
                resource.Changed(record, null);
            }
        }

        return Reply.Empty(resource.Type.DeletedStatus);
    }
}
