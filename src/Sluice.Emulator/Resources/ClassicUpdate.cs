using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>POST /{resource}/update</c>: one unknown id fails the whole request; there is no ignoreUnknownIds.</summary>
internal static class ClassicUpdate
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call, ClassicResource resource)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "WRITE");
        var body = await call.ReadJsonAsync();
        var items = body.Items(resource.Type.UpdateMax);
        call.Log.Items = items.GetArrayLength();
        var keys = items.EnumerateArray().Select(i => ItemKey.Read(i, resource.Type.HasInstances)).ToList();
        var updates = items.EnumerateArray().Select(i => JsonChecks.Object(i.Required("update"), "update")).ToList();
        await call.BeginEffectAsync(ClassicClaims.Of(resource, keys));
        lock (resource.Project.Gate)
        {
            var old = resource.Find(keys, grant, ignoreUnknown: false);
            var now = resource.Project.State.NowMs;
            var changed = old.Select((record, i) => Apply(resource, record, updates[i]) with { LastUpdatedTime = now }).ToList();
            RejectTaken(resource, changed);
            ClassicCreate.CheckAccess(call, resource, grant, old);
            ClassicCreate.CheckAccess(call, resource, grant, changed);
            resource.Resolve(changed, old);
            for (var i = 0; i < old.Count; i++)
            {
                resource.Store.Replace(old[i], changed[i]);
                resource.Changed(old[i], changed[i]);
            }

            return Reply.Items(
                StatusCodes.Status200OK, changed, (writer, record) => resource.Write(writer, record, ListOptions.Standard));
        }
    }

    private static Record Apply(ClassicResource resource, Record record, JsonElement update)
    {
        var values = (object?[])record.Values.Clone();
        foreach (var property in update.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var field = resource.Type.Fields.FirstOrDefault(f => property.NameEquals(f.Name))
                ?? throw CdfException.BadRequest($"Unknown field '{property.Name}' in update");
            values[field.Ordinal] = field.Patch(values[field.Ordinal], property.Value);
        }

        var changed = record with { Values = values };
        resource.Check(changed, creating: false);
        return changed;
    }

    /// <summary>External ids must be unique when the whole request is done, so two items may swap theirs.</summary>
    private static void RejectTaken(ClassicResource resource, List<Record> changed)
    {
        var field = resource.Type.ExternalId;
        var ids = changed.Select(r => r.Id).ToHashSet();
        var names = changed.Select(r => r.Get<string>(field)).OfType<string>().Select(ItemKey.OfExternalId).ToList();
        var taken = names.Where(k => resource.Store.Find(k) is { } holder && !ids.Contains(holder.Id))
            .Union(ClassicResource.Repeated(names)).ToList();
        if (taken.Count > 0)
        {
            throw new CdfException(StatusCodes.Status409Conflict, resource.Type.Errors.Conflict) { Duplicated = taken };
        }
    }
}
