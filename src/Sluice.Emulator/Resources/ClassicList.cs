using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>POST /{resource}/list</c>, <c>GET /{resource}</c>, <c>POST /{resource}/aggregate</c></summary>
internal static class ClassicList
{
    private const int MaxLimit = 1000;
    private const int PostLimit = 100;

    public static async ValueTask<Reply> PostAsync(CdfCall call, ClassicResource resource) =>
        List(call, resource, JsonChecks.Object(await call.ReadJsonAsync(), "the request body"), PostLimit);

    /// <summary>The GET form: the query's parameters make up the body of the POST form.</summary>
    public static ValueTask<Reply> GetAsync(CdfCall call, ClassicResource resource)
    {
        var body = QueryFilter.ToBody(call.Http.Request.Query);
        return ValueTask.FromResult(List(call, resource, JsonSerializer.SerializeToElement(body), resource.Type.GetLimit));
    }

    public static async ValueTask<Reply> AggregateAsync(CdfCall call, ClassicResource resource)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "READ");
        var body = JsonChecks.Object(await call.ReadJsonAsync(), "the request body");
        if (body.Optional("aggregate") is { } aggregate && JsonChecks.String(aggregate, "aggregate") is var name && name != "count")
        {
            throw CdfException.BadRequest($"The emulator has no aggregate '{name}', only count");
        }

        lock (resource.Project.Gate)
        {
            var filter = FilterReader.Read(resource, body);
            return Reply.Count(resource.Store.After(0).Count(r => resource.Covers(grant, r) && filter(r)));
        }
    }

    public static ListOptions ReadOptions(JsonElement body)
    {
        if (body.Flag("fetchResources"))
        {
            throw CdfException.BadRequest("The emulator has no fetchResources");
        }

        return new ListOptions
        {
            IncludeMetadata = body.Optional("includeMetadata") is not { } include || JsonChecks.Boolean(include, "includeMetadata"),
            AggregatedProperties = body.Optional("aggregatedProperties") is { } properties
                ? [.. JsonChecks.Array(properties, "aggregatedProperties").EnumerateArray()
                    .Select(p => JsonChecks.String(p, "aggregatedProperties"))]
                : [],
        };
    }

    private static Reply List(CdfCall call, ClassicResource resource, JsonElement body, int standardLimit)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "READ");
        var limit = body.Optional("limit") is { } value
            ? (int)JsonChecks.Integer(value, "limit", 1, MaxLimit)
            : standardLimit;
        var partition = body.Optional("partition") is { } text
            ? resource.Type.ReadPartition(JsonChecks.String(text, "partition"))
            : Partition.Whole;
        var digest = Cursor.Digest($"{resource.Project.Name}/{resource.Type.Name}", body);
        var options = ReadOptions(body);
        var after = body.Optional("cursor") is { } cursor
            ? long.Parse(Cursor.Read(digest, JsonChecks.String(cursor, "cursor")))
            : 0;
        lock (resource.Project.Gate)
        {
            var filter = FilterReader.Read(resource, body);
            var page = resource.Store.After(after)
                .Where(r => partition.Contains(r.Id) && resource.Covers(grant, r) && filter(r))
                .Take(limit + 1).ToList();
            var next = page.Count > limit ? Cursor.Make(digest, page[limit - 1].Id.ToString()) : null;
            call.Log.Items = Math.Min(page.Count, limit);
            return Reply.Items(
                StatusCodes.Status200OK, page.Take(limit), (writer, record) => resource.Write(writer, record, options), next);
        }
    }
}
