using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Sluice.Emulator.Http;

/// <summary>A finished answer: status, content type, bytes.</summary>
internal sealed class Reply
{
    private const string JsonType = "application/json";

    private static readonly byte[] s_emptyObject = "{}"u8.ToArray();

    private Reply(int status, string contentType, ReadOnlyMemory<byte> body)
    {
        Status = status;
        ContentType = contentType;
        Body = body;
    }

    public int Status { get; }

    public string ContentType { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public bool AutoRetryable { get; private init; }

    public int? RetryAfterSeconds { get; private init; }

    public static Reply Empty(int status = StatusCodes.Status200OK) => new(status, JsonType, s_emptyObject);

    public static Reply Bytes(int status, string contentType, ReadOnlyMemory<byte> body) => new(status, contentType, body);

    public static Reply Json(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, JsonFormat.Writer))
        {
            write(writer);
        }

        return new Reply(status, JsonType, buffer.WrittenMemory);
    }

    /// <summary><c>{"items":[…],"nextCursor"?}</c></summary>
    public static Reply Items<T>(int status, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, string? nextCursor = null) =>
        Json(status, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var item in items)
            {
                write(writer, item);
            }

            writer.WriteEndArray();
            if (nextCursor is not null)
            {
                writer.WriteString("nextCursor"u8, nextCursor);
            }

            writer.WriteEndObject();
        });

    public static Reply Count(long count) => Json(StatusCodes.Status200OK, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("items"u8);
        writer.WriteStartObject();
        writer.WriteNumber("count"u8, count);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static Reply Protobuf(IMessage message) => new(StatusCodes.Status200OK, "application/protobuf", message.ToByteArray());

    /// <summary>The error's JSON; a fault can withhold the lists that say which items were at fault.</summary>
    public static Reply Error(CdfException error, bool withholdMissing = false, bool withholdDuplicated = false)
    {
        var reply = Json(error.Status, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error"u8);
            writer.WriteNumber("code"u8, error.Status);
            writer.WriteString("message"u8, error.Message);
            if (!withholdMissing)
            {
                WriteKeys(writer, "missing", error.Missing);
            }

            if (!withholdDuplicated)
            {
                WriteKeys(writer, "duplicated", error.Duplicated);
            }

            if (error.AutoRetryable)
            {
                writer.WriteBoolean("isAutoRetryable"u8, value: true);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        return new Reply(reply.Status, reply.ContentType, reply.Body)
        {
            AutoRetryable = error.AutoRetryable,
            RetryAfterSeconds = error.RetryAfterSeconds,
        };
    }

    private static void WriteKeys(Utf8JsonWriter writer, string name, IReadOnlyList<ItemKey>? keys)
    {
        if (keys is null)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var key in keys)
        {
            key.Write(writer);
        }

        writer.WriteEndArray();
    }
}
