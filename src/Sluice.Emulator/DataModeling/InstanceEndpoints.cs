using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary><c>/models/instances</c>: writing and deleting nodes and edges.</summary>
internal static class InstanceEndpoints
{
    public const string Acl = "dataModelInstancesAcl";

    private const int MaxItems = 1000;

    public static void Map(ApiRoutes routes)
    {
        routes.Post("/models/instances", ApplyAsync);
        routes.Post("/models/instances/delete", DeleteAsync);
        routes.Post("/models/instances/byids", InstanceReads.ByIdsAsync);
        routes.Post("/models/instances/list", InstanceReads.ListAsync);
    }

    private static async ValueTask<Reply> ApplyAsync(CdfCall call)
    {
        RequireWrite(call);
        var body = await call.ReadJsonAsync();
        var writes = body.Items(MaxItems, minItems: 0).EnumerateArray().Select(InstanceWrite.Read).ToList();
        var deletions = body.Optional("delete") is { } delete
            ? JsonChecks.Array(delete, "delete", 0, MaxItems).EnumerateArray().Select(InstanceDeletion.Read).ToList()
            : [];
        if (writes.Count + deletions.Count > MaxItems)
        {
            throw CdfException.Violation("items", $"size together with delete must be between 0 and {MaxItems}");
        }

        var options = WriteOptions.Read(body);
        var results = new List<WriteResult>(writes.Count);
        var deleted = await RunAsync(call, writes, deletions, options, results);
        return Reply.Json(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            results.ForEach(r => Write(writer, r));
            writer.WriteEndArray();
            writer.WriteStartArray("deleted"u8);
            deleted.ForEach(d => Write(writer, d));
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static async ValueTask<Reply> DeleteAsync(CdfCall call)
    {
        RequireWrite(call);
        var deletions = (await call.ReadJsonAsync()).Items(MaxItems).EnumerateArray().Select(InstanceDeletion.Read).ToList();
        var deleted = await RunAsync(call, [], deletions, new WriteOptions(), []);
        return Reply.Items(StatusCodes.Status200OK, deleted, Write);
    }

    private static void RequireWrite(CdfCall call)
    {
        if (call.Rights.Find(Acl, "WRITE") is null)
        {
            call.Rights.Require(Acl, "WRITE_PROPERTIES");
        }
    }

    /// <summary>Runs everything as one transaction; returns what was deleted.</summary>
    private static async ValueTask<List<InstanceDeletion>> RunAsync(
        CdfCall call, List<InstanceWrite> writes, List<InstanceDeletion> deletions, WriteOptions options, List<WriteResult> results)
    {
        call.Log.Items = writes.Count + deletions.Count;
        call.Log.Rows = writes.Count + deletions.Count;
        var keys = writes.Select(w => w.Key).Concat(deletions.Select(d => d.Key)).ToList();
        var claims = keys.Select(k => ("instances", k.ToString())).ToHashSet();
        if (claims.Count < keys.Count)
        {
            throw CdfException.BadRequest("The request names an instance more than once");
        }

        await call.BeginEffectAsync(claims);
        var store = call.Project.DataModeling;
        lock (store.Gate)
        {
            var transaction = new InstanceTransaction(store, call.Rights, options, call.State.NowMs);
            var deleted = deletions.FindAll(transaction.Delete);
            results.AddRange(writes.Select(transaction.Write));
            transaction.Commit();
            return deleted;
        }
    }

    private static void Write(Utf8JsonWriter writer, WriteResult result)
    {
        var instance = result.Instance;
        writer.WriteStartObject();
        writer.WriteString("instanceType"u8, instance.TypeName);
        writer.WriteNumber("version"u8, instance.Version);
        writer.WriteBoolean("wasModified"u8, result.WasModified);
        writer.WriteString("space"u8, instance.Key.Space);
        writer.WriteString("externalId"u8, instance.Key.ExternalId);
        writer.WriteNumber("createdTime"u8, instance.CreatedTime);
        writer.WriteNumber("lastUpdatedTime"u8, instance.LastUpdatedTime);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, InstanceDeletion deletion)
    {
        writer.WriteStartObject();
        writer.WriteString("instanceType"u8, deletion.IsEdge ? "edge"u8 : "node"u8);
        writer.WriteString("externalId"u8, deletion.Key.ExternalId);
        writer.WriteString("space"u8, deletion.Key.Space);
        writer.WriteEndObject();
    }
}
