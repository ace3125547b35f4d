using System.Text.Json;

namespace Sluice.Emulator.Tests;

/// <summary>Each field of each resource that an update can change is set, read back, and cleared.</summary>
public sealed class UpdateTests(UpdateTests.Shared shared) : IClassFixture<UpdateTests.Shared>
{
    private const string Location = """{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}""";

    [Theory]
    [InlineData("/assets", "name", "\"new\"", null)]
    [InlineData("/assets", "description", "\"d\"", "")]
    [InlineData("/assets", "source", "\"s\"", "")]
    [InlineData("/assets", "metadata", """{"a":"b"}""", "{}")]
    [InlineData("/assets", "labels", """[{"externalId":"l"}]""", "")]
    [InlineData("/assets", "geoLocation", Location, "")]
    [InlineData("/assets", "dataSetId", "$dataSet", "")]
    [InlineData("/assets", "externalId", "\"other\"", "")]
    [InlineData("/events", "startTime", "5", "")]
    [InlineData("/events", "endTime", "5", "")]
    [InlineData("/events", "type", "\"t\"", "")]
    [InlineData("/events", "subtype", "\"t\"", "")]
    [InlineData("/events", "description", "\"d\"", "")]
    [InlineData("/events", "source", "\"s\"", "")]
    [InlineData("/events", "metadata", """{"a":"b"}""", "")]
    [InlineData("/events", "assetIds", "[$asset]", "")]
    [InlineData("/events", "dataSetId", "$dataSet", "")]
    [InlineData("/events", "externalId", "\"other\"", "")]
    [InlineData("/timeseries", "name", "\"n\"", "")]
    [InlineData("/timeseries", "unit", "\"m\"", "")]
    [InlineData("/timeseries", "unitExternalId", "\"length:m\"", "")]
    [InlineData("/timeseries", "assetId", "$asset", "")]
    [InlineData("/timeseries", "isStep", "true", null)]
    [InlineData("/timeseries", "description", "\"d\"", "")]
    [InlineData("/timeseries", "metadata", """{"a":"b"}""", "{}")]
    [InlineData("/timeseries", "securityCategories", "[3]", "[]")]
    [InlineData("/timeseries", "dataSetId", "$dataSet", "")]
    [InlineData("/timeseries", "externalId", "\"other\"", "")]
    [InlineData("/files", "directory", "\"/d\"", "")]
    [InlineData("/files", "source", "\"s\"", "")]
    [InlineData("/files", "mimeType", "\"m\"", "")]
    [InlineData("/files", "metadata", """{"a":"b"}""", "")]
    [InlineData("/files", "assetIds", "[$asset]", "")]
    [InlineData("/files", "sourceCreatedTime", "5", "")]
    [InlineData("/files", "sourceModifiedTime", "5", "")]
    [InlineData("/files", "securityCategories", "[3]", "")]
    [InlineData("/files", "labels", """[{"externalId":"l"}]""", "")]
    [InlineData("/files", "geoLocation", Location, "")]
    [InlineData("/files", "dataSetId", "$dataSet", "")]
    [InlineData("/files", "externalId", "\"other\"", "")]
    [InlineData("/sequences", "name", "\"n\"", "")]
    [InlineData("/sequences", "description", "\"d\"", "")]
    [InlineData("/sequences", "assetId", "$asset", "")]
    [InlineData("/sequences", "metadata", """{"a":"b"}""", "")]
    [InlineData("/sequences", "dataSetId", "$dataSet", "")]
    [InlineData("/sequences", "externalId", "\"other\"", "")]
    public async Task A_field_is_set_and_cleared(string path, string field, string value, string? cleared)
    {
        var cdf = shared.Cdf;
        var id = await CreateAsync(cdf, path);
        value = value.Replace("$asset", $"{await cdf.CreateAsync("/assets", """{"name":"ref"}""")}", StringComparison.Ordinal)
            .Replace("$dataSet", $"{await cdf.CreateAsync("/datasets", "{}")}", StringComparison.Ordinal);
        (await UpdateAsync($$"""{"set":{{value}}}""")).Expect(200);
        Assert.Equal(value, await ReadAsync());
        var answer = await UpdateAsync("""{"setNull":true}""");
        if (cleared is null)
        {
            answer.Expect(400);
            Assert.Equal(value, await ReadAsync());
        }
        else
        {
            answer.Expect(200);
            Assert.Equal(cleared, await ReadAsync());
        }

        Task<Answer> UpdateAsync(string patch) => cdf.PostItemsAsync(
            $"{path}/update", $$"""{"id":{{id}},"update":{"{{field}}":{{patch}}} }""");
        async Task<string> ReadAsync()
        {
            JsonElement item = (await cdf.PostItemsAsync($"{path}/byids", $$"""{"id":{{id}}}""")).Expect(200).Items[0];
            return item.TryGetProperty(field, out var stored) ? stored.GetRawText() : "";
        }
    }

    [Theory]
    [InlineData("/assets")]
    [InlineData("/events")]
    [InlineData("/timeseries")]
    [InlineData("/files")]
    [InlineData("/sequences")]
    public async Task A_delete_ignores_unknown_ids_when_told_to_and_else_deletes_nothing(string path)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = await CreateAsync(cdf, path);
        var unknown = (await cdf.PostItemsAsync($"{path}/delete", $$"""{"id":{{id}}}""", """{"externalId":"no"}""")).Expect(400);
        Assert.Equal(["""{"externalId":"no"}"""], unknown.Keys("missing"));
        Assert.Equal(1, await cdf.CountAsync(path));
        (await cdf.PostAsync(
            $"{path}/delete", $$"""{"items":[{"id":{{id}}},{"externalId":"no"}],"ignoreUnknownIds":true}""")).Expect(200);
        Assert.Equal(0, await cdf.CountAsync(path));
        (await cdf.PostItemsAsync($"{path}/delete")).Expect(400);
        (await cdf.PostItemsAsync($"{path}/delete", [.. Enumerable.Range(1, 1001).Select(i => $$"""{"id":{{i}}}""")])).Expect(400);
    }

    private static async Task<long> CreateAsync(TestEmulator cdf, string path)
    {
        var item = $$"""{"externalId":"{{Guid.NewGuid()}}","name":"n","columns":[{"externalId":"c"}]}""";
        return path == "/files"
            ? (await cdf.PostAsync(path, item)).Expect(201).Body.GetProperty("id").GetInt64()
            : await cdf.CreateAsync(path, item);
    }

    /// <summary>One emulator for all cases, which do not see each other's items.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        private TestEmulator? _cdf;

        internal TestEmulator Cdf => _cdf ?? throw new InvalidOperationException("The emulator has not started.");

        public async ValueTask InitializeAsync()
        {
            _cdf = await TestEmulator.StartAsync();
            (await _cdf.PostItemsAsync("/labels", """{"externalId":"l","name":"l"}""")).Expect(201);
        }

        public ValueTask DisposeAsync() => Cdf.DisposeAsync();
    }
}
