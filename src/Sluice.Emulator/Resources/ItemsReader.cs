using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>Walks a JSON body without building anything, for counting.</summary>
internal static class ItemsReader
{
    /// <summary>A reader that stands on the array of the body's <c>items</c>.</summary>
    public static Utf8JsonReader At(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw CdfException.BadRequest("Could not read the request body: expected an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("items"u8);
            reader.Read();
            if (found && reader.TokenType == JsonTokenType.StartArray)
            {
                return reader;
            }

            reader.Skip();
        }

        throw CdfException.Violation("items", "must not be null");
    }

    /// <summary>The number of elements of the body's <c>items</c>.</summary>
    public static int Count(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = At(body);
            var count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
                count++;
            }

            return count;
        }
        catch (JsonException e)
        {
            throw CdfException.BadRequest($"Could not parse the request body as JSON: {e.Message}");
        }
    }
}
