using System.Text.Json;

namespace Sluice.Emulator.PipelineRuns;

/// <summary>One run of an extraction pipeline, or its sign of life.</summary>
internal sealed record PipelineRun(long Id, string Status, string? Message, long CreatedTime)
{
    public const string Success = "success";
    public const string Failure = "failure";
    public const string Seen = "seen";
    public const int MaxMessage = 1000;

    public static readonly string[] Statuses = [Success, Failure, Seen];

    /// <summary>Writes the run; its pipeline only where a caller could not know it.</summary>
    public void Write(Utf8JsonWriter writer, string? pipeline = null)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, Id);
        if (pipeline is not null)
        {
            writer.WriteString("externalId"u8, pipeline);
        }

        writer.WriteString("status"u8, Status);
        if (Message is not null)
        {
            writer.WriteString("message"u8, Message);
        }

        writer.WriteNumber("createdTime"u8, CreatedTime);
        writer.WriteEndObject();
    }
}
