using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Access;

/// <summary>
/// <c>GET /token/inspect</c>: the projects and capabilities of the token. Needs projectsAcl LIST and groupsAcl LIST itself.
/// </summary>
internal static class TokenInspectEndpoint
{
    public static ValueTask<Reply> HandleAsync(CdfCall call)
    {
        var projects = call.State.Projects
            .Select(p => (Project: p, Rights: p.RightsOf(call.Caller)))
            .Where(p => p.Rights is not null)
            .Select(p => (p.Project, Rights: p.Rights!))
            .ToList();
        if (projects.Count == 0)
        {
            throw CdfException.Unauthorized();
        }

        if (!projects.Exists(p => p.Rights.Find("projectsAcl", "LIST") is not null && p.Rights.Find("groupsAcl", "LIST") is not null))
        {
            throw CdfException.Forbidden();
        }

        return ValueTask.FromResult(Reply.Json(StatusCodes.Status200OK, writer => Write(writer, call.Caller.Subject, projects)));
    }

    private static void Write(Utf8JsonWriter writer, string subject, List<(Project Project, AccessRights Rights)> projects)
    {
        writer.WriteStartObject();
        writer.WriteString("subject", subject);
        writer.WriteStartArray("projects");
        foreach (var (project, rights) in projects)
        {
            writer.WriteStartObject();
            writer.WriteString("projectUrlName", project.Name);
            writer.WriteStartArray("groups");
            foreach (var group in rights.Groups)
            {
                writer.WriteNumberValue(group.Id);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("capabilities");
        foreach (var (project, rights) in projects)
        {
            foreach (var capability in rights.Groups.SelectMany(g => g.Capabilities))
            {
                WriteCapability(writer, capability, project.Name);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteCapability(Utf8JsonWriter writer, Capability capability, string project)
    {
        writer.WriteStartObject();
        foreach (var property in capability.Json.EnumerateObject())
        {
            property.WriteTo(writer);
        }

        writer.WriteStartObject("projectScope");
        writer.WriteStartArray("projects");
        writer.WriteStringValue(project);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
