using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Statistics;

/// <summary><c>/statistics</c>: sums per operation. <c>/requests</c>: the log. Both may be filtered and cleared.</summary>
internal static class StatisticsEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, RequestStatistics statistics)
    {
        routes.MapGet("/statistics", (HttpContext http) => AdminReply.WriteAsync(http, Sums(statistics, http.Request.Query)));
        routes.MapDelete("/statistics", (HttpContext http) =>
        {
            statistics.Clear();
            return AdminReply.WriteAsync(http, Reply.Empty());
        });
        routes.MapGet("/requests", (HttpContext http) => AdminReply.WriteAsync(http, Log(statistics, http.Request.Query)));
    }

    private static Reply Sums(RequestStatistics statistics, IQueryCollection query) => Reply.Json(StatusCodes.Status200OK, writer =>
        statistics.Read((operations, _) =>
        {
            var chosen = operations.Where(o => Matches(query, o.Project, o.Method, o.Operation)).ToList();
            writer.WriteStartObject();
            writer.WriteNumber("requests", chosen.Sum(o => o.Requests));
            writer.WriteNumber("items", chosen.Sum(o => o.Items));
            writer.WriteNumber("points", chosen.Sum(o => o.Points));
            writer.WriteNumber("rows", chosen.Sum(o => o.Rows));
            writer.WriteStartArray("operations");
            foreach (var operation in chosen)
            {
                WriteSums(writer, operation);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));

    private static void WriteSums(Utf8JsonWriter writer, OperationCounters operation)
    {
        writer.WriteStartObject();
        writer.WriteString("project", operation.Project);
        writer.WriteString("method", operation.Method);
        writer.WriteString("path", operation.Operation);
        writer.WriteNumber("requests", operation.Requests);
        writer.WriteNumber("items", operation.Items);
        writer.WriteNumber("points", operation.Points);
        writer.WriteNumber("rows", operation.Rows);
        writer.WriteNumber("bytes", operation.Bytes);
        writer.WriteNumber("running", operation.Running);
        writer.WriteNumber("maxConcurrent", operation.MaxConcurrent);
        writer.WriteStartObject("statuses");
        foreach (var (status, count) in operation.Statuses)
        {
            writer.WriteNumber(status == 0 ? "dropped" : status.ToString(), count);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("lastRequestIds");
        foreach (var id in operation.LastRequestIds)
        {
            writer.WriteStringValue(id);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static Reply Log(RequestStatistics statistics, IQueryCollection query) => Reply.Json(StatusCodes.Status200OK, writer =>
        statistics.Read((_, log) =>
        {
            var last = int.TryParse(query["last"], out var number) && number > 0 ? number : int.MaxValue;
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            foreach (var entry in log.Where(e => Matches(query, e.Project ?? "", e.Method, e.Operation)).TakeLast(last))
            {
                WriteEntry(writer, entry);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));

    private static void WriteEntry(Utf8JsonWriter writer, RequestEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("requestId", entry.RequestId);
        writer.WriteString("arrived", entry.Arrived);
        writer.WriteString("method", entry.Method);
        writer.WriteString("path", entry.Path);
        writer.WriteString("operation", entry.Operation);
        writer.WriteNumber("status", entry.Status);
        writer.WriteNumber("milliseconds", entry.Milliseconds);
        writer.WriteNumber("items", entry.Items);
        writer.WriteNumber("points", entry.Points);
        writer.WriteNumber("rows", entry.Rows);
        writer.WriteNumber("bytes", entry.Bytes);
        WriteText(writer, "project", entry.Project);
        WriteText(writer, "clientId", entry.ClientId);
        WriteText(writer, "app", entry.App);
        WriteText(writer, "contentType", entry.ContentType);
        WriteText(writer, "contentEncoding", entry.ContentEncoding);
        WriteText(writer, "fault", entry.Fault);
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(name, value);
        }
    }

    private static bool Matches(IQueryCollection query, string project, string method, string operation) =>
        Equal(query["project"], project) && Equal(query["method"], method) && Equal(query["path"], operation);

    private static bool Equal(string? wanted, string actual) =>
        string.IsNullOrEmpty(wanted) || wanted.Equals(actual, StringComparison.OrdinalIgnoreCase);
}
