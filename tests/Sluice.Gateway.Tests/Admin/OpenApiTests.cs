using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>What the OpenAPI document says of routes, fields and statuses is what the API does.</summary>
public sealed class OpenApiTests(EngineFixture fixture) : IAsyncLifetime
{
    private const string Custom = """{"items":[{"tablename":"flights"},{"tablename":"pumps"},{"tablename":"changed"},{"tablename":"dropped"},{"tablename":"movies"},{"tablename":"films"}],"ignoreUnknownIds":true}""";
    private const string Movies = """{"items":[{"destination":"raw","name":"movies","columns":["title"],"options":{"database":"d","table":"t"}}]}""";
    private const string Changeable =
        """
        {"items":[{"type":"raw_rows","tablename":"changed","options":{"database":"d","table":"t"},"columns":{"a":{"type":"TEXT"},"b":{"type":"TEXT"}}},
                  {"type":"raw_rows","tablename":"dropped","options":{"database":"d","table":"u"},"columns":{"a":{"type":"TEXT"}}}]}
        """;

    private readonly List<string> _findings = [];
    private AdminHost _host = null!;
    private JsonNode _document = null!;
    private OpenApiSchema _requests = null!;
    private OpenApiSchema _answers = null!;
    private string _username = null!;
    private string _version1 = null!;
    private string _cursor = null!;
    private string _id = "1";

    public async ValueTask InitializeAsync()
    {
        _host = await AdminHost.StartAsync(fixture.Engine);
        foreach (var (token, status) in new[] { ("forbidden", 403), ("busy", 429), ("down", 503) })
        {
            _host.Cdf.Inspections[token] = (status, $$$"""{"error":{"code":{{{status}}},"message":"{{{token}}}"}}""");
        }

        _host.Cdf.Allow("token-of-client");
        _document = JsonNode.Parse((await _host.GetAsync("/openapi/v1.json")).Body)!;
        (_requests, _answers) = (new OpenApiSchema(_document), new OpenApiSchema(_document));
        _username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        await _host.CreateUserAsync();
        _cursor = (await _host.GetAsync($"{AdminHost.Project}?limit=1")).Json.GetProperty("nextCursor").GetString()!;
        _version1 = (await _host.PostAsync("/create", Filled(Operations().Single(operation => operation.Id == "version1CreateUser").Examples.Single().Body)))
            .Json.GetProperty("username").GetString()!;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void Every_route_is_described_and_no_other() => Assert.Equal(
        _host.Routes.Where(route => route != "GET /openapi/v1.json" && !route.Contains(" /local/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        Operations().Select(operation => $"{operation.Method} {operation.Path}").Order(StringComparer.Ordinal));

    [Fact]
    public async Task The_examples_are_taken_and_answered_as_described_and_have_every_field()
    {
        foreach (var operation in Operations())
        {
            if (operation.Request is null)
            {
                await CallAsync(operation, 200, query: "?limit=1&includeBuiltIns=yes&includeCredentials=yes");
                await CallAsync(operation, 200);
                continue;
            }

            foreach (var (name, body) in operation.Examples)
            {
                await PrepareAsync(operation);
                var filled = Filled(body);
                _findings.AddRange(_requests.Misfits(operation.Request, JsonNode.Parse(filled)).Select(misfit => $"{operation.Id} {name}: {misfit}"));
                await CallAsync(operation, 200, filled);
            }
        }

        foreach (var (path, body) in new[] { ("byids", "username"), ($"tables/{_username}/byids", "tablename") })
        {
            var missing = await _host.PostAsync($"{AdminHost.Project}/{path}", $$"""{"items":[{"{{body}}":"nothing"}]}""");
            _findings.AddRange(_answers.Misfits(_document["components"]!["schemas"]!["Error"]!, JsonNode.Parse(missing.Body)));
        }

        var update = Operations().Single(operation => operation.Id == "updateUsers");
        await CallAsync(update, 200, Filled(update.Examples.Single(example => example.Name == "application").Body));
        await CallAsync(
            Operations().Single(operation => operation.Id == "retrieveUsers"), 200, $$"""{"items":[{"username":"{{_username}}"}]}""", "?includeCredentials=yes");

        var requests = Operations().Where(operation => operation.Request is not null).SelectMany(operation => _requests.Fields(operation.Request!));
        var answers = Operations().SelectMany(operation => _answers.Fields(operation.Answer)).Concat(_answers.Fields(_document["components"]!["schemas"]!["Error"]!));
        _findings.AddRange(requests.Except(_requests.Seen, StringComparer.Ordinal).Select(field => $"{field} is in no example"));
        _findings.AddRange(answers.Except(_answers.Seen, StringComparer.Ordinal).Select(field => $"{field} is in no answer"));
        Assert.Equal([], _findings);
    }

    [Fact]
    public async Task What_is_required_forbidden_or_bounded_by_a_schema_is_so_and_nothing_else()
    {
        foreach (var operation in Operations().Where(operation => operation.Request is not null))
        {
            await PrepareAsync(operation);
            foreach (var (_, body) in operation.Examples)
            {
                var mutations = new OpenApiMutations(_requests, JsonNode.Parse(Filled(body))!);
                foreach (var mutation in mutations.Of(operation.Request!))
                {
                    var reply = await _host.PostAsync(PathOf(operation), mutation.Body);
                    if (!mutation.Statuses.Contains((int)reply.Status) && !(mutation.IsValid && reply.Status != HttpStatusCode.UnprocessableEntity))
                    {
                        _findings.Add($"{operation.Id}: {mutation.What} is {(int)reply.Status}: {reply.Body}");
                    }
                }
            }
        }

        Assert.Equal([], _findings);
    }

    [Fact]
    public async Task Every_status_is_one_that_happens()
    {
        foreach (var operation in Operations())
        {
            foreach (var status in operation.Statuses.Where(status => status is not (200 or 409)))
            {
                await ProvokeAsync(operation, status);
            }

            if (operation.Statuses.Contains(409))
            {
                await ConflictAsync(operation);
            }
        }

        Assert.Equal([], _findings);
    }

    [Fact]
    public void The_options_are_those_that_users_have() => Assert.Equal(
        UserOption.All.Select(Gateway.Admin.OptionsJson.NameOf),
        _document["components"]!["schemas"]!["UserOptions"]!["properties"]!.AsObject().Select(property => property.Key));

    [Fact]
    public async Task Version_1_is_described_where_the_settings_have_it()
    {
        await using var host = await AdminHost.StartAsync(fixture.Engine, options => options.Version1Path = "/skywarp");
        var document = JsonNode.Parse((await host.GetAsync("/openapi/v1.json")).Body)!;

        Assert.NotNull(document["paths"]!["/skywarp/create"]);
        Assert.Null(document["paths"]!["/create"]);
        Assert.NotNull(document["paths"]!["/api/v1/projects/{project}/postgresgateway"]);
    }

    private async Task ProvokeAsync(Operation operation, int status)
    {
        var token = status switch { 401 => null, 403 => "forbidden", 429 => "busy", 503 => "down", _ => "admin" };
        if (operation.Request is null)
        {
            var query = status switch { 400 => "?cursor=!", 422 => "?limit=x", _ => string.Empty };
            await CallAsync(operation, status, query: query, token: token, nobody: status == 404);
            return;
        }

        var body = status switch
        {
            400 => "{",
            404 => Filled(operation.Examples[^1].Body).Replace(_username, "nobody", StringComparison.Ordinal).Replace("true", "false", StringComparison.Ordinal).Replace("deleted", "nobody", StringComparison.Ordinal),
            413 => new string(' ', 5 * 1024 * 1024),
            422 => """{"unexpected":1}""",
            _ => Filled(operation.Examples[0].Body),
        };
        await CallAsync(operation, status, body, token: token, nobody: status == 404 && operation.Path.Contains("{username}", StringComparison.Ordinal), encoding: status == 415 ? "br" : null);
    }

    private async Task ConflictAsync(Operation operation)
    {
        await PrepareAsync(operation);
        var body = Filled(operation.Examples[0].Body);
        if (operation.Id == "rotatePasswords")
        {
            // Who comes second has seen a password that is none any more.
            for (var attempt = 0; attempt < 50; attempt++)
            {
                var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _host.PostAsync(PathOf(operation), body)));
                if (replies.Any(reply => reply.Status == HttpStatusCode.Conflict))
                {
                    return;
                }
            }

            _findings.Add("rotatePasswords is never 409");
            return;
        }

        _host.ApplyFailure = new PgException(SqlState.DependentObjectsStillExist, "cannot drop table");
        await CallAsync(operation, 409, body);
        _host.ApplyFailure = null;
    }

    /// <summary>Puts the tables that the examples speak of where they are to be.</summary>
    private async Task PrepareAsync(Operation operation)
    {
        _host.Cdf.Nonces["nonce"] = 105;
        if (!operation.Path.Contains("{username}", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var user in new[] { _username, _version1 })
        {
            Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync($"{AdminHost.Project}/tables/{user}/delete", Custom)).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync($"{AdminHost.Project}/tables/{_username}", Changeable)).Status);
        if (operation.Id != "version1CreateTables")
        {
            var made = await _host.PostAsync($"/user/{_version1}/tables", Movies);
            _id = made.Json.GetProperty("items")[0].GetProperty("id").GetRawText();
        }
    }

    private async Task CallAsync(
        Operation operation,
        int status,
        string? body = null,
        string query = "",
        string? token = "admin",
        bool nobody = false,
        string? encoding = null)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        if (encoding is not null)
        {
            content!.Headers.ContentEncoding.Add(encoding);
        }

        var reply = await _host.SendAsync(new HttpMethod(operation.Method), PathOf(operation, nobody) + query, content, token);
        var described = (int)reply.Status == 200 ? operation.Answer : _document["components"]!["schemas"]!["Error"]!;
        if ((int)reply.Status != status)
        {
            _findings.Add($"{operation.Id} is {(int)reply.Status}, not {status}: {reply.Body}");
        }

        _findings.AddRange(_answers.Misfits(described, JsonNode.Parse(reply.Body)).Select(misfit => $"{operation.Id} {(int)reply.Status}: {misfit}"));
    }

    private string PathOf(Operation operation, bool nobody = false) => operation.Path
        .Replace("{project}", "p", StringComparison.Ordinal)
        .Replace("{username}", nobody ? "nobody" : operation.Path.StartsWith("/api/", StringComparison.Ordinal) ? _username : _version1, StringComparison.Ordinal);

    /// <summary>The example with what is so in this test.</summary>
    private string Filled(JsonNode example) => example.ToJsonString()
        .Replace("USERNAME", _username, StringComparison.Ordinal)
        .Replace("\"NAME\"", $"\"n{Guid.NewGuid():N}\"", StringComparison.Ordinal)
        .Replace("PROJECT", "p", StringComparison.Ordinal)
        .Replace("CURSOR", _cursor, StringComparison.Ordinal)
        .Replace("CHANGED", "changed", StringComparison.Ordinal)
        .Replace("DROPPED", "dropped", StringComparison.Ordinal)
        .Replace("DELETED", "deleted", StringComparison.Ordinal)
        .Replace("4102444800000", $"{DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()}", StringComparison.Ordinal)
        .Replace("\"id\":123", $"\"id\":{_id}", StringComparison.Ordinal)
        .Replace("\"id\":\"123\"", $"\"id\":\"{_id}\"", StringComparison.Ordinal)
        .Replace("https://login.microsoftonline.com/tenant/", $"{_host.Cdf.Url}/", StringComparison.Ordinal);

    private IEnumerable<Operation> Operations() =>
        from path in _document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        where method.Key != "parameters"
        select new Operation(method.Key.ToUpperInvariant(), path.Key, method.Value!.AsObject());

    private sealed record Operation(string Method, string Path, JsonObject Description)
    {
        public string Id => (string)Description["operationId"]!;

        public JsonNode? Request => Description["requestBody"]?["content"]!["application/json"]!["schema"];

        public JsonNode Answer => Description["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;

        public IReadOnlyList<(string Name, JsonNode Body)> Examples =>
            [.. Description["requestBody"]!["content"]!["application/json"]!["examples"]!.AsObject().Select(example => (example.Key, example.Value!["value"]!))];

        public IEnumerable<int> Statuses => Description["responses"]!.AsObject().Select(response => int.Parse(response.Key, System.Globalization.CultureInfo.InvariantCulture));
    }
}
