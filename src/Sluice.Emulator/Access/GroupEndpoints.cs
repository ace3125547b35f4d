using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Access;

/// <summary><c>/groups</c>: create, list, delete. CDF has no update.</summary>
internal static class GroupEndpoints
{
    private static readonly MetadataLimits s_metadata = new(16, 32, 512, 4096);

    public static void Map(ApiRoutes routes)
    {
        routes.Post("/groups", CreateAsync);
        routes.Get("/groups", ListAsync);
        routes.Post("/groups/delete", DeleteAsync);
    }

    public static Group Read(JsonElement json)
    {
        var sourceId = json.Optional("sourceId") is { } source ? JsonChecks.String(source, "sourceId") : null;
        var members = json.Optional("members");
        if (sourceId is not null && members is not null)
        {
            throw CdfException.BadRequest("A group has either a sourceId or members");
        }

        var appIds = json.Optional("attributes")?.Optional("token")?.Optional("appIds");
        var everybody = members is { ValueKind: JsonValueKind.String } text && text.GetString() == "allUserAccounts";
        return new Group
        {
            Name = JsonChecks.Text(json.Required("name"), "name", 1, 255),
            SourceId = sourceId,
            AllUserAccounts = everybody,
            Members = members is { } list && !everybody ? Texts(list, "members", 100) : null,
            Capabilities = json.Optional("capabilities") is { } capabilities
                ? [.. JsonChecks.Array(capabilities, "capabilities").EnumerateArray().Select(Capability.Read)]
                : [],
            Metadata = json.Optional("metadata") is { } metadata ? JsonChecks.Metadata(metadata, "metadata", s_metadata) : null,
            ApplicationIds = appIds is { } ids ? Texts(ids, "appIds", 255) : null,
        };
    }

    private static async ValueTask<Reply> CreateAsync(CdfCall call)
    {
        call.Rights.Require("groupsAcl", "CREATE");
        var items = (await call.ReadJsonAsync()).Items(100);
        var groups = items.EnumerateArray().Select(Read).ToList();
        call.Log.Items = groups.Count;
        await call.BeginEffectAsync([]);
        var created = groups.ConvertAll(call.Project.Groups.Add);
        return Reply.Items(StatusCodes.Status201Created, created, static (writer, group) => group.Write(writer));
    }

    private static ValueTask<Reply> ListAsync(CdfCall call)
    {
        var grant = call.Rights.Require("groupsAcl", "LIST");
        var all = call.Query("all") is { } text && (bool.TryParse(text, out var flag)
            ? flag
            : throw CdfException.BadRequest("all must be true or false"));
        if (all && !grant.All)
        {
            throw CdfException.Forbidden();
        }

        return ValueTask.FromResult(Reply.Items(
            StatusCodes.Status200OK,
            all ? call.Project.Groups.All : call.Rights.Groups,
            static (writer, group) => group.Write(writer)));
    }

    private static async ValueTask<Reply> DeleteAsync(CdfCall call)
    {
        call.Rights.Require("groupsAcl", "DELETE");
        var items = (await call.ReadJsonAsync()).Items(100);
        var ids = items.EnumerateArray().Select(i => JsonChecks.Integer(i, "items")).ToHashSet();
        call.Log.Items = ids.Count;
        await call.BeginEffectAsync([]);
        var unknown = call.Project.Groups.Remove(ids);
        return unknown.Count == 0
            ? Reply.Empty()
            : throw new CdfException(StatusCodes.Status400BadRequest, "Group ids not found")
            {
                Missing = [.. unknown.Select(id => new ItemKey(id))],
            };
    }

    private static List<string> Texts(JsonElement json, string name, int maxItems) =>
        [.. JsonChecks.Array(json, name, 0, maxItems).EnumerateArray().Select(e => JsonChecks.Text(e, name, 1, 255))];
}
