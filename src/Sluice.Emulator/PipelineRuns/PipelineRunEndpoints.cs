using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Classic;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.PipelineRuns;

/// <summary><c>/extpipes/runs</c>: reporting runs, one a request, and listing those of one pipeline.</summary>
internal static class PipelineRunEndpoints
{
    private const string Path = "/extpipes/runs";
    private const string Acl = "extractionRunsAcl";
    private const int MaxLimit = 1000;
    private const int StandardLimit = 100;

    private static readonly RequiredAction[] s_alsoNeeded = [new("datasetsAcl", "READ")];

    public static void Map(ApiRoutes routes)
    {
        routes.Post(Path, CreateAsync);
        routes.Get(Path, List);
        routes.Post(Path + "/list", FilterAsync);
    }

    private static async ValueTask<Reply> CreateAsync(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "WRITE", s_alsoNeeded);
        var items = (await call.ReadJsonAsync()).Items(MaxLimit);
        if (items.GetArrayLength() != 1)
        {
            throw CdfException.BadRequest("Request must contain exactly 1 item in request body");
        }

        call.Log.Items = 1;
        var item = JsonChecks.Object(items[0], "item");
        var key = ReadPipeline(item);
        var run = new PipelineRun(
            call.Project.Ids.Next(),
            ChoiceField.Read(item.Required("status"), "status", PipelineRun.Statuses),
            item.Optional("message") is { } message ? JsonChecks.Text(message, "message", 0, PipelineRun.MaxMessage) : null,
            item.Optional("createdTime") is { } time ? JsonChecks.Integer(time, "createdTime", 0) : call.State.NowMs);
        await call.BeginEffectAsync([]);
        lock (call.Project.Gate)
        {
            var pipeline = Find(call, key, grant);
            call.Project.PipelineRuns.Add(pipeline.Id, run);
            call.Project.ExtractionPipelines.Store.Replace(pipeline, ExtractionPipelines.After(pipeline, run));
            return Reply.Items(
                StatusCodes.Status200OK, [run], (writer, r) => r.Write(writer, ExtractionPipelines.ExternalIdOf(pipeline)));
        }
    }

    /// <summary>The GET form: the query's parameters make up the body of the POST form.</summary>
    private static ValueTask<Reply> List(CdfCall call)
    {
        var body = new JsonObject
        {
            ["filter"] = new JsonObject { ["externalId"] = call.Query("externalId") },
            ["limit"] = call.QueryLimit(StandardLimit, MaxLimit),
            ["cursor"] = call.Query("cursor"),
        };
        return ValueTask.FromResult(Filter(call, JsonSerializer.SerializeToElement(body)));
    }

    private static async ValueTask<Reply> FilterAsync(CdfCall call) =>
        Filter(call, JsonChecks.Object(await call.ReadJsonAsync(), "the request body"));

    private static Reply Filter(CdfCall call, JsonElement body)
    {
        var grant = call.Rights.Require(Acl, "READ");
        var limit = body.Optional("limit") is { } value ? (int)JsonChecks.Integer(value, "limit", 1, MaxLimit) : StandardLimit;
        var filter = JsonChecks.Object(body.Required("filter"), "filter");
        var key = ReadPipeline(filter);
        var matches = Condition(filter);
        var digest = Cursor.Digest($"{call.Project.Name}{Path}", body);
        var (time, id) = body.Optional("cursor") is { } cursor
            ? Position(Cursor.Read(digest, JsonChecks.String(cursor, "cursor")))
            : (long.MaxValue, 0);
        lock (call.Project.Gate)
        {
            var page = call.Project.PipelineRuns.NewestFirst(Find(call, key, grant).Id)
                .Where(r => (r.CreatedTime < time || (r.CreatedTime == time && r.Id > id)) && matches(r))
                .Take(limit + 1).ToList();
            var next = page.Count > limit ? Cursor.Make(digest, $"{page[limit - 1].CreatedTime}/{page[limit - 1].Id}") : null;
            call.Log.Items = Math.Min(page.Count, limit);
            return Reply.Items(StatusCodes.Status200OK, page.Take(limit), static (writer, r) => r.Write(writer), next);
        }
    }

    private static (long Time, long Id) Position(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return (long.Parse(text.AsSpan(0, slash)), long.Parse(text.AsSpan(slash + 1)));
    }

    private static Func<PipelineRun, bool> Condition(JsonElement filter)
    {
        var statuses = filter.Optional("statuses") is { } list
            ? JsonChecks.Array(list, "statuses").EnumerateArray()
                .Select(s => ChoiceField.Read(s, "statuses", PipelineRun.Statuses)).ToHashSet(StringComparer.Ordinal)
            : null;
        var time = filter.Optional("createdTime") is { } range ? NumberRange.Read(range, "createdTime") : (NumberRange?)null;
        var part = filter.Optional("message") is { } message
            ? JsonChecks.String(JsonChecks.Object(message, "message").Required("substring"), "substring")
            : null;
        return run => statuses?.Contains(run.Status) != false
            && time?.Contains(run.CreatedTime) != false
            && (part is null || run.Message?.Contains(part, StringComparison.Ordinal) == true);
    }

    private static ItemKey ReadPipeline(JsonElement json) =>
        ItemKey.OfExternalId(JsonChecks.Text(json.Required("externalId"), "externalId", 1, 255));

    /// <summary>The pipeline, unless the grant for runs covers neither it nor its data set: then it is unknown.</summary>
    private static Record Find(CdfCall call, ItemKey key, Grant grant)
    {
        var pipelines = call.Project.ExtractionPipelines;
        return pipelines.Store.Find(key) is { } pipeline && ExtractionPipelines.CoversRuns(grant, pipeline)
            ? pipeline
            : throw pipelines.Missing([key]);
    }
}
