using System.Text;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tokens;
using Sluice.Emulator;

namespace Sluice.Cdf.Tests.Resources;

/// <summary>Views and instances against the local CDF, which knows nothing of the client.</summary>
public sealed class DataModelingTests : IAsyncLifetime
{
    private CdfEmulator _emulator = null!;
    private CdfHttp _http = null!;
    private CdfClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _emulator = await CdfEmulator.StartAsync(new EmulatorOptions(), Cancellation);
        _http = new CdfHttp(new CdfOptions { BaseUrl = _emulator.BaseUrl });
        _client = _http.CreateClient(_emulator.Project, new ClientCredentialsTokenSource(_http, new ClientCredentials
        {
            TokenUrl = _emulator.TokenUrl,
            ClientId = _emulator.ClientId,
            ClientSecret = _emulator.ClientSecret,
            Scopes = _emulator.Scope,
        }));
        await PostAsync("models/spaces", """{"space":"s"}""");
        await PostAsync("models/containers", """
            {"space":"s","externalId":"C","usedFor":"all","properties":{
             "name":{"type":{"type":"text","maxTextSize":9},"nullable":false,"description":"A name"},
             "tags":{"type":{"type":"text","list":true,"maxListSize":5}},
             "color":{"type":{"type":"enum","values":{"red":{},"green":{}}},"immutable":true},
             "count":{"type":{"type":"int32"},"nullable":false,"defaultValue":1},
             "next":{"type":{"type":"direct"}}}}
            """);
        await PostAsync("models/views", View("v1", "name"));
        await PostAsync("models/views", View("v2", "name", "tags", "color", "count", "next"));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _emulator.DisposeAsync();
    }

    [Fact]
    public async Task A_view_has_its_mapped_properties_with_their_types_and_rules()
    {
        var view = (await _client.Views.FindAsync("s", "V", "v2", Cancellation)).Value!;
        Assert.Equal(("s", "V", "v2", "all", true), (view.Space, view.ExternalId, view.Version, view.UsedFor, view.Writable));
        CdfViewProperty[] expected =
        [
            new() { Identifier = "name", Type = "text", MaxTextSize = 9, IsNullable = false, Description = "A name" },
            new() { Identifier = "tags", Type = "text", IsList = true, MaxListSize = 5 },
            new() { Identifier = "color", Type = "enum", Values = ["red", "green"], IsImmutable = true },
            new() { Identifier = "count", Type = "int32", IsNullable = false, HasDefault = true },
            new() { Identifier = "next", Type = "direct" },
        ];
        Assert.Equal(
            expected.Select(property => property with { Description = null }).OrderBy(property => property.Identifier, StringComparer.Ordinal),
            view.Properties.Select(property => property with { Description = null }).OrderBy(property => property.Identifier, StringComparer.Ordinal));
        Assert.Equal(view, (await _client.Views.FindAsync("s", "V", "v2", Cancellation)).Value);
    }

    [Fact]
    public async Task Without_a_version_the_latest_view_comes_and_without_a_view_none()
    {
        Assert.Equal("v2", (await _client.Views.FindAsync("s", "V", null, Cancellation)).Value?.Version);
        Assert.Equal("v1", (await _client.Views.FindAsync("s", "V", "v1", Cancellation)).Value?.Version);
        var none = await _client.Views.FindAsync("s", "None", null, Cancellation);
        Assert.True(none.IsSuccess);
        Assert.Null(none.Value);
    }

    [Fact]
    public async Task Instances_are_made_read_and_deleted_and_those_that_are_not_there_are_left_out()
    {
        var made = await _client.SendAsync(
            InstancesApi.Apply("""
                {"items":[{"instanceType":"node","space":"s","externalId":"ä","sources":[{"source":{"type":"view","space":"s","externalId":"V","version":"v2"},"properties":{"name":"x"}}]},
                 {"instanceType":"node","space":"s","externalId":"bare"}]}
                """u8.ToArray()),
            Cancellation);
        Assert.True(made.IsSuccess, made.Error?.Message);
        InstanceId[] keys = [new("s", "ä"), new("s", "bare"), new("s", "none")];
        var read = await _client.SendAsync(InstancesApi.ByIds(keys, edges: false, "s", "V", "v2"), Cancellation);
        using (var page = CdfPage.Parse(read.Body))
        {
            Assert.Equal(keys[..2], page.Items.Select(InstancesApi.KeyOf));
            Assert.Equal(
                """{"name":"x","count":1}""", page.Items.First().GetProperty("properties").GetProperty("s").GetProperty("V/v2").GetRawText());
        }

        var asEdges = await _client.SendAsync(InstancesApi.ByIds(keys, edges: true, "s", "V", "v2"), Cancellation);
        using (var page = CdfPage.Parse(asEdges.Body))
        {
            Assert.Empty(page.Items);
        }

        var deleted = await _client.SendAsync(InstancesApi.Delete(Keys(keys)), Cancellation);
        using (var page = CdfPage.Parse(deleted.Body))
        {
            Assert.Equal(keys[..2], page.Items.Select(InstancesApi.KeyOf));
        }
    }

    [Fact]
    public async Task One_bad_item_fails_the_whole_request()
    {
        var refused = await _client.SendAsync(
            InstancesApi.Apply("""
                {"items":[{"instanceType":"node","space":"s","externalId":"good"},{"instanceType":"node","space":"none","externalId":"bad"}]}
                """u8.ToArray()),
            Cancellation);
        Assert.Equal(CdfErrorKind.BadRequest, refused.Error?.Kind);
        Assert.False(refused.Error?.EffectPossible);
        var read = await _client.SendAsync(InstancesApi.ByIds([new("s", "good")], edges: false, "s", "V", "v2"), Cancellation);
        using var page = CdfPage.Parse(read.Body);
        Assert.Empty(page.Items);
    }

    private static string View(string version, params string[] properties)
    {
        const string Container = """{"type":"container","space":"s","externalId":"C"}""";
        var mapped = properties.Select(name => $$"""  "{{name}}":{"container":{{Container}},"containerPropertyIdentifier":"{{name}}"},  """);
        var self = $$"""{"type":"view","space":"s","externalId":"V","version":"{{version}}"}""";
        var link = $$"""  "links":{"connectionType":"multi_edge_connection","type":{"space":"s","externalId":"T"},"source":{{self}} }  """;
        return $$"""{"space":"s","externalId":"V","version":"{{version}}","properties":{ {{string.Concat(mapped)}} {{link}} } }""";
    }

    private static ReadOnlyMemory<byte> Keys(IEnumerable<InstanceId> keys)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var key in keys)
            {
                json.WriteStartObject();
                InstancesApi.WriteKey(json, key, isEdge: false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private async Task PostAsync(string path, string item)
    {
        var response = await _client.SendAsync(
            CdfRequest.Post(path, CdfApi.Other, Repeatable.Always, Encoding.UTF8.GetBytes($$"""{"items":[{{item}}]}""")), Cancellation);
        Assert.True(response.IsSuccess, response.Error?.Message);
    }
}
