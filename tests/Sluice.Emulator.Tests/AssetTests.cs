namespace Sluice.Emulator.Tests;

public sealed class AssetTests
{
    [Fact]
    public async Task Created_assets_come_back_in_order_with_201_and_without_null_fields()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.PostItemsAsync(
            "/assets", """{"name":"a","externalId":"x","description":null,"unknownField":1}""", """{"name":"b"}""")).Expect(201);
        Assert.Equal(["a", "b"], answer.Items.Select(i => i.GetProperty("name").GetString()));
        var first = answer.Items[0];
        Assert.False(first.TryGetProperty("description", out _));
        Assert.False(first.TryGetProperty("parentId", out _));
        Assert.Equal("{}", first.GetProperty("metadata").GetRawText());
        Assert.Equal(first.GetProperty("id").GetInt64(), first.GetProperty("rootId").GetInt64());
        Assert.InRange(first.GetProperty("id").GetInt64(), 1, 9007199254740991);
        Assert.Equal(first.GetProperty("createdTime").GetInt64(), first.GetProperty("lastUpdatedTime").GetInt64());
    }

    [Fact]
    public async Task Parents_may_be_in_the_same_request_in_any_order()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var items = (await cdf.PostItemsAsync(
            "/assets",
            """{"name":"leaf","externalId":"leaf","parentExternalId":"mid"}""",
            """{"name":"mid","externalId":"mid","parentExternalId":"root"}""",
            """{"name":"root","externalId":"root"}""")).Expect(201).Items;
        var root = items[2].GetProperty("id").GetInt64();
        Assert.All(items, i => Assert.Equal(root, i.GetProperty("rootId").GetInt64()));
        Assert.Equal("mid", items[0].GetProperty("parentExternalId").GetString());
        Assert.Equal(items[1].GetProperty("id").GetInt64(), items[0].GetProperty("parentId").GetInt64());
    }

    [Fact]
    public async Task An_unknown_parent_fails_the_whole_request()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.PostItemsAsync("/assets", """{"name":"a"}""", """{"name":"b","parentExternalId":"no"}""")).Expect(400);
        Assert.StartsWith("Reference to unknown parent with externalId no", answer.Message, StringComparison.Ordinal);
        var byId = (await cdf.PostItemsAsync("/assets", """{"name":"a","parentId":5}""")).Expect(400);
        Assert.StartsWith("The given parent ids do not exist: 5", byId.Message, StringComparison.Ordinal);
        Assert.Equal(0, await cdf.CountAsync("/assets"));
    }

    [Fact]
    public async Task A_cycle_of_parents_is_refused()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync(
            "/assets",
            """{"name":"a","externalId":"a","parentExternalId":"b"}""",
            """{"name":"b","externalId":"b","parentExternalId":"a"}""")).Expect(400);
    }

    [Fact]
    public async Task A_taken_external_id_is_409_with_all_offenders_and_nothing_is_stored()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/assets", """{"name":"a","externalId":"1"}""", """{"name":"b","externalId":"2"}""")).Expect(201);
        var answer = (await cdf.PostItemsAsync(
            "/assets",
            """{"name":"n","externalId":"2"}""",
            """{"name":"n","externalId":"3"}""",
            """{"name":"n","externalId":"1"}""",
            """{"name":"n","externalId":"4"}""",
            """{"name":"n","externalId":"4"}""")).Expect(409);
        Assert.Equal("Asset id duplicated", answer.Message);
        Assert.Equal(409, answer.Error.GetProperty("code").GetInt32());
        Assert.Equal(["""{"externalId":"1"}""", """{"externalId":"2"}""", """{"externalId":"4"}"""], answer.Keys("duplicated"));
        Assert.Equal(2, await cdf.CountAsync("/assets"));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":5}""")]
    [InlineData("""{"name":"a","metadata":{"k":1}}""")]
    [InlineData("""{"name":"a","metadata":[]}""")]
    [InlineData("""{"name":"a","parentId":1,"parentExternalId":"x"}""")]
    [InlineData("""{"name":"a","labels":[{"externalId":"l"},{"externalId":"l"}]}""")]
    [InlineData("""{"name":"a","geoLocation":{"type":"Point"}}""")]
    [InlineData("""{"name":"a","parentId":9007199254740992}""")]
    [InlineData("5")]
    public async Task A_malformed_asset_is_400(string item)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/assets", item)).Expect(400);
    }

    [Theory]
    [InlineData("name", 140)]
    [InlineData("externalId", 255)]
    [InlineData("description", 500)]
    [InlineData("source", 128)]
    public async Task Texts_have_limits(string field, int max)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/assets", Item(max))).Expect(201);
        (await cdf.PostItemsAsync("/assets", Item(max + 1))).Expect(400);
        string Item(int length) => field == "name"
            ? $$"""{"name":"{{new string('x', length)}}"}"""
            : $$"""{"name":"a","{{field}}":"{{new string('x', length)}}"}""";
    }

    [Fact]
    public async Task Metadata_is_limited_in_pairs_and_bytes()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await CreateAsync("{" + string.Join(',', Enumerable.Range(0, 256).Select(i => $"\"{i}\":\"\"")) + "}")).Expect(201);
        (await CreateAsync("{" + string.Join(',', Enumerable.Range(0, 257).Select(i => $"\"{i}\":\"\"")) + "}")).Expect(400);
        (await CreateAsync($$"""{"{{new string('k', 129)}}":"v"}""")).Expect(400);
        (await CreateAsync($$"""{"{{new string('é', 65)}}":"v"}""")).Expect(400);
        (await CreateAsync($$"""{"k":"{{new string('v', 10_239)}}"}""")).Expect(201);
        (await CreateAsync($$"""{"k":"{{new string('v', 10_240)}}"}""")).Expect(400);
        Task<Answer> CreateAsync(string metadata) => cdf.PostItemsAsync("/assets", """{"name":"a","metadata":""" + metadata + "}");
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(1000, 201)]
    [InlineData(1001, 400)]
    public async Task A_request_has_1_to_1000_items(int count, int status)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/assets", [.. Enumerable.Repeat("""{"name":"a"}""", count)])).Expect(status);
        Assert.Equal(status == 201 ? count : 0, await cdf.CountAsync("/assets"));
    }

    [Fact]
    public async Task Unknown_ids_are_400_with_all_of_them_or_ignored()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = await cdf.CreateAsync("/assets", """{"name":"a","externalId":"a"}""");
        var external = (await cdf.PostItemsAsync(
            "/assets/byids", """{"externalId":"a"}""", """{"externalId":"b"}""", """{"id":7}""")).Expect(400);
        Assert.Equal("External id not found", external.Message);
        Assert.Equal(["""{"externalId":"b"}""", """{"id":7}"""], external.Keys("missing"));
        Assert.Equal("Asset id not found", (await cdf.PostItemsAsync("/assets/byids", """{"id":7}""")).Expect(400).Message);
        Assert.Equal("Asset id not found", (await cdf.GetAsync("/assets/7")).Expect(400).Message);
        var known = (await cdf.PostAsync(
            "/assets/byids", """{"items":[{"externalId":"b"},{"externalId":"a"}],"ignoreUnknownIds":true}""")).Expect(200);
        Assert.Equal(id, Assert.Single(known.Items).GetProperty("id").GetInt64());
        Assert.Equal("a", (await cdf.GetAsync($"/assets/{id}")).Expect(200).Body.GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_same_asset_twice_is_409()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = await cdf.CreateAsync("/assets", """{"name":"a","externalId":"a"}""");
        var answer = (await cdf.PostItemsAsync("/assets/delete", $$"""{"id":{{id}}}""", $$"""{"id":{{id}}}""")).Expect(409);
        Assert.Equal("Asset id duplicated", answer.Message);
        (await cdf.PostItemsAsync("/assets/delete", $$"""{"id":{{id}}}""", """{"externalId":"a"}""")).Expect(409);
        Assert.Equal(1, await cdf.CountAsync("/assets"));
    }

    [Fact]
    public async Task An_update_sets_clears_adds_and_removes()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        (await cdf.PostItemsAsync("/labels", """{"externalId":"l1","name":"1"}""", """{"externalId":"l2","name":"2"}""")).Expect(201);
        await cdf.CreateAsync(
            "/assets",
            """{"name":"a","externalId":"a","description":"d","metadata":{"x":"1","y":"2"},"labels":[{"externalId":"l1"}]}""");
        clock.Advance(TimeSpan.FromSeconds(1));
        var changed = (await cdf.PostItemsAsync(
            "/assets/update",
            """
            {"externalId":"a","update":{"name":{"set":"b"},"description":{"setNull":true},"source":{"set":"s"},
             "metadata":{"add":{"z":"3"},"remove":["x"]},"labels":{"add":[{"externalId":"l2"}],"remove":[{"externalId":"l1"}]},
             "externalId":{"set":"b"}}}
            """)).Expect(200).Items[0];
        Assert.Equal("b", changed.GetProperty("name").GetString());
        Assert.False(changed.TryGetProperty("description", out _));
        Assert.Equal("s", changed.GetProperty("source").GetString());
        Assert.Equal(["y=2", "z=3"], changed.GetProperty("metadata").EnumerateObject().Select(p => $"{p.Name}={p.Value}")
            .Order(StringComparer.Ordinal));
        Assert.Equal("""[{"externalId":"l2"}]""", changed.GetProperty("labels").GetRawText());
        Assert.Equal(1000, changed.GetProperty("lastUpdatedTime").GetInt64() - changed.GetProperty("createdTime").GetInt64());
        (await cdf.PostItemsAsync("/assets/byids", """{"externalId":"b"}""")).Expect(200);
        (await cdf.PostItemsAsync("/assets/byids", """{"externalId":"a"}""")).Expect(400);
    }

    [Theory]
    [InlineData("""{"name":{"setNull":true}}""")]
    [InlineData("""{"parentId":{"setNull":true}}""")]
    [InlineData("""{"name":{"set":"b","setNull":true}}""")]
    [InlineData("""{"name":{"replace":"b"}}""")]
    [InlineData("""{"name":"b"}""")]
    [InlineData("""{"nonsense":{"set":"b"}}""")]
    public async Task A_malformed_update_is_400_and_changes_nothing(string update)
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/assets", """{"name":"a","externalId":"a"}""");
        await cdf.CreateAsync("/assets", """{"name":"first","externalId":"first"}""");
        (await cdf.PostItemsAsync(
            "/assets/update",
            """{"externalId":"first","update":{"name":{"set":"changed"}}}""",
            $$"""{"externalId":"a","update":{{update}}}""")).Expect(400);
        var names = (await cdf.PostItemsAsync("/assets/byids", """{"externalId":"first"}""", """{"externalId":"a"}""")).Items
            .Select(i => i.GetProperty("name").GetString());
        Assert.Equal(["first", "a"], names);
    }

    [Fact]
    public async Task An_update_of_an_unknown_asset_fails_as_a_whole_even_with_ignoreUnknownIds()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/assets", """{"name":"a","externalId":"a"}""");
        var answer = (await cdf.PostAsync(
            "/assets/update",
            """
            {"ignoreUnknownIds":true,"items":[{"externalId":"a","update":{"name":{"set":"b"}}},
             {"externalId":"n1","update":{}},{"externalId":"n2","update":{}}]}
            """)).Expect(400);
        Assert.Equal(["""{"externalId":"n1"}""", """{"externalId":"n2"}"""], answer.Keys("missing"));
        var asset = (await cdf.PostItemsAsync("/assets/byids", """{"externalId":"a"}""")).Items[0];
        Assert.Equal("a", asset.GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_update_to_a_taken_external_id_is_409_but_two_may_swap()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/assets", """{"name":"1","externalId":"1"}""", """{"name":"2","externalId":"2"}""")).Expect(201);
        var taken = (await cdf.PostItemsAsync("/assets/update", """{"externalId":"1","update":{"externalId":{"set":"2"}}}""")).Expect(409);
        Assert.Equal(["""{"externalId":"2"}"""], taken.Keys("duplicated"));
        (await cdf.PostItemsAsync(
            "/assets/update",
            """{"externalId":"1","update":{"externalId":{"set":"2"}}}""",
            """{"externalId":"2","update":{"externalId":{"set":"1"}}}""")).Expect(200);
        var names = (await cdf.PostItemsAsync("/assets/byids", """{"externalId":"1"}""", """{"externalId":"2"}""")).Items
            .Select(i => i.GetProperty("name").GetString());
        Assert.Equal(["2", "1"], names);
    }

    [Fact]
    public async Task An_asset_can_be_moved_but_not_become_a_root_or_its_own_ancestor()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync(
            "/assets",
            """{"name":"r1","externalId":"r1"}""",
            """{"name":"r2","externalId":"r2"}""",
            """{"name":"c","externalId":"c","parentExternalId":"r1"}""",
            """{"name":"g","externalId":"g","parentExternalId":"c"}""")).Expect(201);
        var moved = (await cdf.PostItemsAsync(
            "/assets/update", """{"externalId":"c","update":{"parentExternalId":{"set":"r2"}}}""")).Expect(200);
        Assert.Equal("r2", moved.Items[0].GetProperty("parentExternalId").GetString());
        var root = (await cdf.PostItemsAsync(
            "/assets/update", """{"externalId":"r1","update":{"parentExternalId":{"set":"r2"}}}""")).Expect(400);
        Assert.Equal("Changing from/to being root is not allowed", root.Message);
        (await cdf.PostItemsAsync("/assets/update", """{"externalId":"c","update":{"parentExternalId":{"set":"g"}}}""")).Expect(400);
        var r1 = (await cdf.PostItemsAsync("/assets/byids", """{"externalId":"r1"}""")).Items[0].GetProperty("id").GetInt64();
        (await cdf.PostItemsAsync(
            "/assets/update",
            $$"""{"externalId":"c","update":{"parentId":{"set":{{r1}}},"parentExternalId":{"set":"r1"} } }""")).Expect(400);
        var back = (await cdf.PostItemsAsync("/assets/update", $$"""{"externalId":"c","update":{"parentId":{"set":{{r1}} } } }"""))
            .Expect(200);
        Assert.Equal("r1", back.Items[0].GetProperty("parentExternalId").GetString());
    }

    [Fact]
    public async Task Children_outside_of_a_delete_request_prevent_it_unless_recursive()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync(
            "/assets",
            """{"name":"r","externalId":"r"}""",
            """{"name":"c","externalId":"c","parentExternalId":"r"}""",
            """{"name":"g","externalId":"g","parentExternalId":"c"}""")).Expect(201);
        (await cdf.PostItemsAsync("/assets/delete", """{"externalId":"r"}""", """{"externalId":"c"}""")).Expect(400);
        Assert.Equal(3, await cdf.CountAsync("/assets"));
        (await cdf.PostAsync("/assets/delete", """{"items":[{"externalId":"r"}],"recursive":true}""")).Expect(200);
        Assert.Equal(0, await cdf.CountAsync("/assets"));
    }

    [Fact]
    public async Task Aggregated_properties_are_given_when_asked_for()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var items = (await cdf.PostItemsAsync(
            "/assets", """{"name":"r","externalId":"r"}""", """{"name":"c","parentExternalId":"r"}""")).Expect(201).Items;
        var child = (await cdf.PostAsync(
            "/assets/list", """{"filter":{"root":false},"aggregatedProperties":["childCount","depth","path"]}""")).Expect(200)
                .Items.Single();
        Assert.Equal(
            $$"""{"childCount":0,"depth":1,"path":[{"id":{{items[0].GetProperty("id")}}},{"id":{{items[1].GetProperty("id")}}}]}""",
            child.GetProperty("aggregates").GetRawText());
    }
}
