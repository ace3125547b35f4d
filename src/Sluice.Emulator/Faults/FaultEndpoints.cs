using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Faults;

/// <summary>
/// <c>PUT /faults {"seed"?,"rules":[…]}</c> replaces all rules, <c>GET</c> shows them with their hits, <c>DELETE</c> ends them all,
/// <c>DELETE /faults/{id}</c> one, <c>GET /faults/{id}/hits?atLeast=n</c> answers as soon as the rule has hit n requests.
/// </summary>
internal static class FaultEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, FaultRules faults)
    {
        routes.MapPut("/faults", (HttpContext http) => AdminReply.RunAsync(http, body => Put(faults, body)));
        routes.MapGet("/faults", (HttpContext http) => AdminReply.WriteAsync(http, Show(faults)));
        routes.MapDelete("/faults", (HttpContext http) =>
        {
            faults.Replace([], 0);
            return AdminReply.WriteAsync(http, Reply.Empty());
        });
        routes.MapDelete("/faults/{id}", (HttpContext http, string id) =>
            AdminReply.WriteAsync(http, faults.Remove(id) ? Reply.Empty() : Unknown(id)));
        routes.MapGet("/faults/{id}/hits", (HttpContext http, string id, long? atLeast) => WaitAsync(http, faults, id, atLeast ?? 0));
    }

    private static async Task WaitAsync(HttpContext http, FaultRules faults, string id, long atLeast)
    {
        var rule = faults.All.FirstOrDefault(r => r.Id == id);
        if (rule is null)
        {
            await AdminReply.WriteAsync(http, Unknown(id));
            return;
        }

        await rule.HasHitAsync(atLeast).WaitAsync(http.RequestAborted);
        await AdminReply.WriteAsync(http, Reply.Json(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("hits", rule.Hits);
            writer.WriteEndObject();
        }));
    }

    private static Reply Put(FaultRules faults, JsonElement body)
    {
        var rules = JsonChecks.Array(JsonChecks.Object(body, "the body").Required("rules"), "rules")
            .EnumerateArray().Select(FaultRule.Read).ToList();
        if (rules.DistinctBy(r => r.Id, StringComparer.Ordinal).Count() < rules.Count)
        {
            throw CdfException.BadRequest("Two rules have the same id");
        }

        faults.Replace(rules, body.Optional("seed") is { } seed ? (int)JsonChecks.Integer(seed, "seed", int.MinValue, int.MaxValue) : 0);
        return Show(faults);
    }

    private static Reply Unknown(string id) => Reply.Error(CdfException.NotFound($"There is no fault rule '{id}'"));

    private static Reply Show(FaultRules faults) => Reply.Json(StatusCodes.Status200OK, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("rules");
        foreach (var rule in faults.All)
        {
            Write(writer, rule);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, FaultRule rule)
    {
        writer.WriteStartObject();
        writer.WriteString("id", rule.Id);
        writer.WriteString("action", JsonNamingPolicy.CamelCase.ConvertName(rule.Action.ToString()));
        writer.WriteString("method", rule.Method ?? "*");
        writer.WriteString("path", rule.Path);
        writer.WriteString("when", rule.After ? "after" : "before");
        writer.WriteNumber("hits", rule.Hits);
        if (rule.Times is { } times)
        {
            writer.WriteNumber("times", times);
        }

        writer.WriteEndObject();
    }
}
