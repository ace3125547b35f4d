using System.Text.Json;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/models/views</c> (CDF API, "Views").</summary>
public sealed class ViewsApi
{
    private const int PageSize = 1_000;

    private readonly CdfClient _client;

    internal ViewsApi(CdfClient client) => _client = client;

    /// <summary>
    /// A view with its properties, inherited ones included; the version that was made last if <paramref name="version"/> is
    /// <see langword="null"/>. The value is <see langword="null"/> if there is no such view, or none that the caller may see.
    /// </summary>
    public async Task<CdfResult<CdfView?>> FindAsync(string space, string externalId, string? version, CancellationToken cancellationToken)
    {
        var body = JsonBody.Object(json =>
        {
            json.WriteStartArray("items"u8);
            json.WriteStartObject();
            json.WriteString("space"u8, space);
            json.WriteString("externalId"u8, externalId);
            if (version is not null)
            {
                json.WriteString("version"u8, version);
            }

            json.WriteEndObject();
            json.WriteEndArray();
        });
        var response = await _client.SendAsync(
            CdfRequest.Post("models/views/byids?includeInheritedProperties=true", CdfApi.Other, Repeatable.Read, body), cancellationToken);
        return Answer.Read(response, static answer =>
        {
            using var page = CdfPage.Parse(answer);
            var last = page.Items.OrderBy(static view => view.GetProperty("createdTime"u8).GetInt64()).LastOrDefault();
            return last.ValueKind == JsonValueKind.Object ? Read(last) : null;
        });
    }

    /// <summary>The views of a space that the caller may see, each in its latest version, with their properties, inherited ones included.</summary>
    public async Task<CdfResult<IReadOnlyList<CdfView>>> ListAsync(string space, CancellationToken cancellationToken)
    {
        var views = new List<CdfView>();
        string? cursor = null;
        do
        {
            var page = cursor is null ? string.Empty : $"&cursor={Uri.EscapeDataString(cursor)}";
            var response = await _client.SendAsync(
                CdfRequest.Get($"models/views?space={Uri.EscapeDataString(space)}&limit={PageSize}&includeInheritedProperties=true{page}", CdfApi.Other),
                cancellationToken);
            var read = Answer.Read(response, static answer =>
            {
                using var items = CdfPage.Parse(answer);
                return (Views: items.Items.Select(Read).ToList(), Next: items.NextCursor);
            });
            if (!read.IsSuccess)
            {
                return new CdfResult<IReadOnlyList<CdfView>>(read.Error);
            }

            views.AddRange(read.Value.Views);
            cursor = read.Value.Next;
        }
        while (cursor is not null);

        return new CdfResult<IReadOnlyList<CdfView>>(views);
    }

    private static CdfView Read(JsonElement view) => new()
    {
        Space = view.GetProperty("space"u8).GetString()!,
        ExternalId = view.GetProperty("externalId"u8).GetString()!,
        Version = view.GetProperty("version"u8).GetString()!,
        UsedFor = view.GetProperty("usedFor"u8).GetString()!,
        Writable = view.GetProperty("writable"u8).GetBoolean(),
        Description = Text(view, "description"u8),
        Properties =
        [
            .. from property in view.GetProperty("properties"u8).EnumerateObject()
               where property.Value.TryGetProperty("container"u8, out _) && property.Value.TryGetProperty("type"u8, out _)
               select ReadProperty(property.Name, property.Value),
        ],
    };

    private static CdfViewProperty ReadProperty(string identifier, JsonElement property)
    {
        var type = property.GetProperty("type"u8);
        return new CdfViewProperty
        {
            Identifier = identifier,
            Type = type.GetProperty("type"u8).GetString()!,
            IsList = IsTrue(type, "list"u8),
            MaxListSize = Number(type, "maxListSize"u8),
            MaxTextSize = Number(type, "maxTextSize"u8),
            Values = type.TryGetProperty("values"u8, out var values) && values.ValueKind == JsonValueKind.Object
                ? [.. values.EnumerateObject().Select(static value => value.Name)]
                : [],
            IsNullable = !property.TryGetProperty("nullable"u8, out var nullable) || nullable.ValueKind != JsonValueKind.False,
            HasDefault = IsTrue(property, "autoIncrement"u8)
                || (property.TryGetProperty("defaultValue"u8, out var value) && value.ValueKind != JsonValueKind.Null),
            IsImmutable = IsTrue(property, "immutable"u8),
            Description = Text(property, "description"u8),
        };
    }

    private static bool IsTrue(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static int? Number(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    private static string? Text(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
