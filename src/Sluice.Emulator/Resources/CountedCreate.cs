using System.Buffers;
using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>
/// A create request in counting mode: its items are counted and sent back with ids and times, byte for byte, without being understood or
/// stored. Only the number of items is checked.
/// </summary>
internal static class CountedCreate
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call, ClassicResource resource)
    {
        call.RequireJson();
        var body = await call.ReadBytesAsync();
        await call.BeginEffectAsync([]);
        var output = new ArrayBufferWriter<byte>(body.Length + (body.Length / 2) + 256);
        call.Log.Items = Echo(body.Span, output, resource);
        return Reply.Bytes(resource.Type.CreatedStatus, "application/json", output.WrittenMemory);
    }

    private static int Echo(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> output, ClassicResource resource)
    {
        var count = 0;
        try
        {
            var reader = ItemsReader.At(body);
            output.Write("{\"items\":["u8);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    throw CdfException.BadRequest("Could not read items: expected objects");
                }

                var start = (int)reader.TokenStartIndex + 1;
                reader.Skip();
                WriteItem(output, body[start..(int)reader.BytesConsumed], resource, count++);
            }

            output.Write("]}"u8);
        }
        catch (JsonException e)
        {
            throw CdfException.BadRequest($"Could not parse the request body as JSON: {e.Message}");
        }

        return count >= 1 && count <= resource.Type.CreateMax
            ? count
            : throw CdfException.Violation("items", $"size must be between 1 and {resource.Type.CreateMax}");
    }

    private static void WriteItem(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> rest, ClassicResource resource, int index)
    {
        if (index > 0)
        {
            output.Write(","u8);
        }

        var id = resource.Project.Ids.Next();
        var now = resource.Project.State.NowMs;
        Span<byte> head = stackalloc byte[160];
        System.Text.Unicode.Utf8.TryWrite(
            head, $"{{\"id\":{id},\"rootId\":{id},\"createdTime\":{now},\"lastUpdatedTime\":{now}", out var written);
        output.Write(head[..written]);
        var empty = rest.TrimStart(" \t\r\n"u8) is [(byte)'}', ..];
        if (!empty)
        {
            output.Write(","u8);
        }

        output.Write(rest);
    }
}
