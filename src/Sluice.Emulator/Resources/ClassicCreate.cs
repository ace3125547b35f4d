using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>POST /{resource}</c></summary>
internal static class ClassicCreate
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call, ClassicResource resource)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "WRITE", resource.Type.CreateAlsoNeeds);
        if (call.Counting && resource.Type.CountsOnly)
        {
            return await CountedCreate.HandleAsync(call, resource);
        }

        var items = (await call.ReadJsonAsync()).Items(resource.Type.CreateMax);
        call.Log.Items = items.GetArrayLength();
        var records = items.EnumerateArray().Select(resource.Read).ToList();
        await call.BeginEffectAsync(ClassicClaims.OfNew(resource, KeysOf(resource, records)));
        lock (resource.Project.Gate)
        {
            var stored = Store(call, resource, grant, records);
            return Reply.Items(
                resource.Type.CreatedStatus, stored, (writer, record) => resource.Write(writer, record, ListOptions.Standard));
        }
    }

    /// <summary>403 for items outside of the caller's data sets and for data sets that only their owners may write to.</summary>
    public static void CheckAccess(CdfCall call, ClassicResource resource, Grant grant, IReadOnlyList<Record> records)
    {
        if (resource.Type.DataSetId is { } field)
        {
            call.Project.DataSets.Require(records.Select(r => r.Number(field)).OfType<long>(), resource.Type);
            call.Project.DataSets.RequireOwner(records.Select(r => r.Number(field)).OfType<long>(), call.Rights);
        }

        if (!records.All(r => resource.Covers(grant, r)))
        {
            throw CdfException.Forbidden();
        }
    }

    /// <summary>The external ids of new items.</summary>
    public static List<ItemKey> KeysOf(ClassicResource resource, IEnumerable<Record> records) =>
        [.. records.Select(r => r.Get<string>(resource.Type.ExternalId)).OfType<string>().Select(ItemKey.OfExternalId)];

    /// <summary>Checks new items and stores them. The gate must be held.</summary>
    public static List<Record> Store(CdfCall call, ClassicResource resource, Grant grant, List<Record> drafts)
    {
        RejectTaken(resource, KeysOf(resource, drafts));
        CheckAccess(call, resource, grant, drafts);
        resource.Resolve(drafts, []);
        var now = resource.Project.State.NowMs;
        var stored = drafts.ConvertAll(d => d with { Id = resource.Project.Ids.Next(), CreatedTime = now, LastUpdatedTime = now });

        // All are stored before any is linked, since they may refer to each other in any order.
        stored.ForEach(resource.Store.Add);
        stored.ForEach(r => resource.Changed(null, r));
        return stored;
    }

    private static void RejectTaken(ClassicResource resource, List<ItemKey> keys)
    {
        var errors = resource.Type.Errors;
        var repeated = ClassicResource.Repeated(keys);
        var taken = keys.Where(k => resource.Store.Find(k) is not null).ToList();
        if (repeated.Count > 0 && errors.DuplicateStatus != StatusCodes.Status409Conflict)
        {
            throw errors.OfRepeated(repeated);
        }

        if (repeated.Count + taken.Count > 0)
        {
            throw errors.OfTaken([.. taken.Union(repeated)]);
        }
    }
}
