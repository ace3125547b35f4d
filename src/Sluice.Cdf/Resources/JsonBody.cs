using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Resources;

/// <summary>The small request bodies that this library writes itself.</summary>
internal static class JsonBody
{
    // Bodies go to an API, not into a page: only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>An object whose members <paramref name="members"/> writes.</summary>
    public static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> members)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, _options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary><c>{"items":[{"externalId":"a"},{"id":1}], ...}</c>.</summary>
    public static ReadOnlyMemory<byte> Items(IEnumerable<CdfIdentity> items, Action<Utf8JsonWriter>? further = null) => Object(json =>
    {
        json.WriteStartArray("items"u8);
        foreach (var item in items)
        {
            json.WriteStartObject();
            WriteIdentity(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        further?.Invoke(json);
    });

    /// <summary>The key as a member of an open object: <c>id</c>, <c>externalId</c>, <c>instanceId</c> or <c>name</c>.</summary>
    public static void WriteIdentity(Utf8JsonWriter json, CdfIdentity identity)
    {
        switch (identity)
        {
            case { Space: { } space }:
                json.WriteStartObject("instanceId"u8);
                json.WriteString("space"u8, space);
                json.WriteString("externalId"u8, identity.ExternalId);
                json.WriteEndObject();
                break;
            case { ExternalId: { } externalId }:
                json.WriteString("externalId"u8, externalId);
                break;
            case { Id: { } id }:
                json.WriteNumber("id"u8, id);
                break;
            default:
                json.WriteString("name"u8, identity.Name);
                break;
        }
    }
}
