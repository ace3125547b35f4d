using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Sluice.Emulator.Tests;

/// <summary>The identity provider's directory, as the portal of Entra ID shows it.</summary>
public sealed class DirectoryTests
{
    [Fact]
    public async Task An_application_is_registered_with_ids_and_a_secret_of_its_own()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var app = await PutAsync(cdf, "applications", """{"displayName":"ETL","secrets":[{}]}""");
        var secret = Assert.Single(app.GetProperty("secrets").EnumerateArray());
        var (id, value) = (secret.GetProperty("id").GetString()!, secret.GetProperty("value").GetString()!);
        Assert.True(Guid.TryParse(id, out _));
        Assert.Equal(40, value.Length);
        Assert.True(Guid.TryParse(Text(app, "clientId"), out _));
        Assert.NotEqual(Text(app, "clientId"), Text(app, "objectId"));
        (await cdf.RequestTokenAsync(Text(app, "clientId"), value)).Expect(200);
        (await cdf.RequestTokenAsync(Text(app, "clientId"), id)).Expect(401);
        (await cdf.RequestTokenAsync(Text(app, "objectId"), value)).Expect(400);
    }

    [Fact]
    public async Task A_token_lists_the_groups_that_the_application_is_in_also_by_way_of_others()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var app = await PutAsync(cdf, "applications", """{"clientSecret":"s"}""");
        var group = await PutAsync(cdf, "directory/groups", $$"""{"displayName":"ETL","members":["{{Text(app, "objectId")}}"]}""");
        var outer = await PutAsync(cdf, "directory/groups", $$"""{"displayName":"All ETL","members":["{{Text(group, "objectId")}}"]}""");
        await PutAsync(cdf, "directory/groups", $$"""{"objectId":"{{Text(group, "objectId")}}","displayName":"A circle","members":["{{Text(app, "objectId")}}","{{Text(outer, "objectId")}}"]}""");
        await PutAsync(cdf, "directory/groups", """{"displayName":"Others"}""");
        string[] expected = [Text(group, "objectId"), Text(outer, "objectId")];
        Assert.Equal(expected.Order(), (await GroupsAsync(cdf, app)).Order());
        await PutAsync(cdf, "directory/groups", $$"""{"objectId":"{{Text(group, "objectId")}}","members":[]}""");
        Assert.Empty(await GroupsAsync(cdf, app));
    }

    [Fact]
    public async Task The_object_id_of_a_group_as_source_id_gives_its_members_the_capabilities()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var app = await PutAsync(cdf, "applications", """{"clientSecret":"s"}""");
        var group = await PutAsync(cdf, "directory/groups", $$"""{"members":["{{Text(app, "objectId")}}"]}""");
        (await cdf.PostItemsAsync(
            "/groups",
            $$"""{"name":"ETL","sourceId":"{{Text(group, "objectId")}}","capabilities":[{{TestEmulator.Capability("assetsAcl", "READ")}}]}""")).Expect(201);
        (await cdf.GetAsync("/assets", await cdf.TokenAsync(Text(app, "clientId"), "s"))).Expect(200);
        await cdf.SendAsync(HttpMethod.Delete, $"/admin/directory/groups/{Text(group, "objectId")}", null);
        (await cdf.GetAsync("/assets", await cdf.TokenAsync(Text(app, "clientId"), "s"))).Expect(401);
    }

    [Fact]
    public async Task A_member_that_does_not_exist_is_refused_and_so_is_a_client_id()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var app = await PutAsync(cdf, "applications", """{"clientSecret":"s"}""");
        foreach (var stranger in (string[])[Guid.NewGuid().ToString(), Text(app, "clientId")])
        {
            var answer = await cdf.SendAsync(HttpMethod.Put, "/admin/directory/groups", $$"""{"members":["{{stranger}}"]}""");
            Assert.Equal($"Resource '{stranger}' does not exist", answer.Expect(404).Message);
        }

        Assert.Empty((await cdf.SendAsync(HttpMethod.Get, "/admin/directory/groups", null)).Expect(200).Items);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static async Task<JsonElement> PutAsync(TestEmulator cdf, string path, string json) => (await cdf.AdminAsync(path, json)).Body;

    private static async Task<IReadOnlyList<string>> GroupsAsync(TestEmulator cdf, JsonElement app) =>
        [.. new JsonWebToken(await cdf.TokenAsync(Text(app, "clientId"), "s")).Claims.Where(c => c.Type == "groups").Select(c => c.Value)];
}
