using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;
using Sluice.Emulator.PipelineRuns;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Extraction pipelines: what brings data into the project, and how its last runs went.</summary>
internal sealed class ExtractionPipelines(Project project) : ClassicResource(project, s_type)
{
    private static readonly Regex s_schedules = new(
        """
        ^(On trigger|Continuous|@(annually|yearly|monthly|weekly|daily|hourly|reboot)|@every (\d+(ns|us|µs|ms|s|m|h))+
        |(((\d+,)+\d+|\d+[/\-]\d+|\d+|\*(/\d+)?)\ ?){5,7})$
        """.ReplaceLineEndings(""),
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking,
        TimeSpan.FromSeconds(5));

    private static readonly TextField s_externalId = new("externalId", 255, 1) { Required = true };
    private static readonly IdField s_dataSetId = new("dataSetId") { Required = true };
    private static readonly TextField s_schedule = new("schedule", 1000) { ClearedBySet = true };
    private static readonly IntegerField s_lastSuccess = new("lastSuccess") { ReadOnly = true };
    private static readonly IntegerField s_lastFailure = new("lastFailure") { ReadOnly = true };
    private static readonly TextField s_lastMessage = new("lastMessage", PipelineRun.MaxMessage) { ReadOnly = true };
    private static readonly IntegerField s_lastSeen = new("lastSeen") { ReadOnly = true };

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "extpipes",
        Acl = "extractionPipelinesAcl",
        CreateAlsoNeeds = [new RequiredAction("datasetsAcl", "READ")],
        UpdateAlsoNeeds = [new RequiredAction("datasetsAcl", "READ")],
        DeleteAlsoNeeds = [new RequiredAction("datasetsAcl", "READ")],
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        CreatedStatus = StatusCodes.Status200OK,
        HasPartitions = false,
        Fields =
        [
            s_externalId,
            new TextField("name", 140, 1) { Required = true, Filterable = true },
            new TextField("description", 500) { ClearedBySet = true, Filterable = true },
            s_dataSetId,
            new ObjectListField("rawTables", CheckRawTable) { NoSetNull = true },
            s_schedule,
            new ObjectListField("contacts", CheckContact) { NoSetNull = true },
            new MetadataField("metadata", new MetadataLimits(256, 128, 10_240, 10_240)) { NoSetNull = true, Filterable = true },
            new TextField("source", 255) { ClearedBySet = true, Filterable = true },
            new TextField("documentation", 10_000) { ClearedBySet = true, Filterable = true },
            new JsonField("notificationConfig", CheckNotification) { NoSetNull = true },
            new TextField("createdBy", 255) { Immutable = true, Filterable = true },
            s_lastSuccess,
            s_lastFailure,
            s_lastMessage,
            s_lastSeen,
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Extraction pipelines not found: {0}",
            MissingExternalId = "Extraction pipelines not found: {0}",
            Duplicate = "Duplicate extraction pipelines: {0}",
            Conflict = "Extraction pipelines already exist: {0}",
        },
    }.Numbered();

    public static string ExternalIdOf(Record pipeline) => pipeline.Get<string>(s_externalId)!;

    /// <summary>Whether a grant for runs covers those of a pipeline.</summary>
    public static bool CoversRuns(Grant grant, Record pipeline) =>
        grant.CoversDataSet(pipeline.Number(s_dataSetId)) || grant.PipelineIds.Contains(pipeline.Id);

    /// <summary>The pipeline after a run, which may be older than the last one that is known.</summary>
    public static Record After(Record pipeline, PipelineRun run)
    {
        var field = run.Status switch
        {
            PipelineRun.Success => s_lastSuccess,
            PipelineRun.Failure => s_lastFailure,
            _ => s_lastSeen,
        };
        if (pipeline.Number(field) > run.CreatedTime)
        {
            return pipeline;
        }

        var values = (object?[])pipeline.Values.Clone();
        values[field.Ordinal] = run.CreatedTime;
        if (run.Status == PipelineRun.Failure)
        {
            values[s_lastMessage.Ordinal] = run.Message;
        }

        return pipeline with { Values = values };
    }

    public override void Check(Record record, bool creating)
    {
        if (record.Get<string>(s_schedule) is { } schedule && !s_schedules.IsMatch(schedule))
        {
            throw CdfException.Violation("schedule", "must be 'On trigger', 'Continuous' or a cron expression");
        }
    }

    public override bool Covers(Grant grant, Record record) => base.Covers(grant, record) || grant.Ids.Contains(record.Id);

    public override void Changed(Record? old, Record? changed)
    {
        if (changed is null)
        {
            Project.PipelineRuns.Forget(old!.Id);
        }
    }

    public override Func<Record, bool>? Filter(string name, JsonElement value)
    {
        if (name != "schedule")
        {
            return null;
        }

        var wanted = JsonChecks.String(value, name) is var schedule && schedule == "Null" ? null : schedule;
        return r => r.Get<string>(s_schedule) == wanted;
    }

    private static void CheckRawTable(JsonElement table)
    {
        JsonChecks.Text(table.Required("dbName"), "dbName", 1, 32);
        JsonChecks.Text(table.Required("tableName"), "tableName", 1, 64);
    }

    private static void CheckContact(JsonElement contact)
    {
        foreach (var name in (string[])["name", "role"])
        {
            if (contact.Optional(name) is { } text)
            {
                JsonChecks.String(text, name);
            }
        }

        if (contact.Optional("email") is { } email && !JsonChecks.Text(email, "email", 1, 254).Contains('@', StringComparison.Ordinal))
        {
            throw CdfException.Violation("email", "must be an e-mail address");
        }

        contact.Flag("sendNotification");
    }

    private static void CheckNotification(JsonElement notification)
    {
        if (notification.Optional("allowedNotSeenRangeInMinutes") is { } minutes)
        {
            JsonChecks.Integer(minutes, "allowedNotSeenRangeInMinutes", 0);
        }
    }
}
