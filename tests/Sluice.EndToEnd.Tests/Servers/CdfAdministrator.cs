using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Emulator;

namespace Sluice.EndToEnd.Tests.Servers;

/// <summary>Does over HTTP what an administrator does: registers users and tables with Sluice, looks into CDF, and breaks it on purpose.</summary>
internal sealed class CdfAdministrator : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly CdfEmulator _emulator;
    private readonly Uri _cdf;
    private readonly Uri _gateway;

    private CdfAdministrator(CdfEmulator emulator, Uri api, string token)
    {
        _emulator = emulator;
        _cdf = new Uri(emulator.BaseUrl, $"/api/v1/projects/{emulator.Project}/");
        _gateway = new Uri(api, $"/api/v1/projects/{emulator.Project}/postgresgateway");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public static async Task<CdfAdministrator> SignInAsync(CdfEmulator emulator, Uri api)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = emulator.ClientId,
            ["client_secret"] = emulator.ClientSecret,
            ["scope"] = emulator.Scope,
        });
        using var response = await http.PostAsync(emulator.TokenUrl, form);
        var token = await ReadAsync(response);
        return new CdfAdministrator(emulator, api, (string)token["access_token"]!);
    }

    /// <summary>Token, session, nonce, POST: the steps of the original's manual.</summary>
    public async Task<GatewayLogin> RegisterUserAsync()
    {
        var nonce = await NonceAsync();
        using var response = await _http.PostAsJsonAsync(_gateway, new { items = new[] { new { credentials = new { nonce } } } });
        var user = (await ReadAsync(response))["items"]![0]!;
        return new GatewayLogin((string)user["username"]!, (string)user["password"]!);
    }

    /// <summary>A user with the credentials of a new application that has these capabilities in CDF, as JSON.</summary>
    public async Task<GatewayLogin> RegisterUserWithAsync(params IEnumerable<string> capabilities)
    {
        var (clientId, group) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        const string ClientSecret = "secret";
        await PutAsync(
            $"projects/{_emulator.Project}/groups",
            new { name = group, sourceId = group, capabilities = capabilities.Select(capability => JsonNode.Parse(capability)) });
        await PutAsync("applications", new { clientId, clientSecret = ClientSecret, groups = new[] { group } });
        var credentials = new { clientId, clientSecret = ClientSecret, tokenUrl = _emulator.TokenUrl, scopes = _emulator.Scope };
        using var response = await _http.PostAsJsonAsync(_gateway, new { items = new[] { new { credentials } } });
        var user = (await ReadAsync(response))["items"]![0]!;
        return new GatewayLogin((string)user["username"]!, (string)user["password"]!);
    }

    private async Task PutAsync(string path, object body)
    {
        using var response = await _http.PutAsJsonAsync(new Uri(_emulator.AdminUrl, path), body);
        await ReadAsync(response);
    }

    /// <summary>The nonce of a new session, asked for at CDF itself or at Sluice's address.</summary>
    public async Task<string> NonceAsync(bool throughGateway = false)
    {
        var sessions = throughGateway ? new Uri(_gateway, "sessions") : new Uri(_cdf, "sessions");
        using var response = await _http.PostAsJsonAsync(
            sessions,
            new { items = new[] { new { clientId = _emulator.ClientId, clientSecret = _emulator.ClientSecret } } });
        return (string)(await ReadAsync(response))["items"]![0]!["nonce"]!;
    }

    /// <summary>Posts a body below <c>…/postgresgateway</c>, whatever comes of it.</summary>
    public async Task<(HttpStatusCode Status, string Body)> GatewayAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(path.Length == 0 ? _gateway : new Uri($"{_gateway}/{path}"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The credentials of the emulator's application, as version 1's <c>POST /create</c> takes them; and the user that it makes.</summary>
    public async Task<GatewayLogin> RegisterVersion1UserAsync()
    {
        var auth = new { token_url = _emulator.TokenUrl.ToString(), client_id = _emulator.ClientId, client_secret = _emulator.ClientSecret, scope = _emulator.Scope };
        using var response = await _http.PostAsJsonAsync(new Uri(_gateway, "/create"), new { auth, project = _emulator.Project });
        var user = await ReadAsync(response);
        return new GatewayLogin((string)user["username"]!, (string)user["password"]!);
    }

    /// <summary>Posts to a path of version 1's API.</summary>
    public async Task<JsonNode> Version1Async(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri(_gateway.GetLeftPart(UriPartial.Authority) + path), content);
        return await ReadAsync(response);
    }

    /// <summary>Registers a custom table over a RAW table.</summary>
    public async Task CreateRawTableAsync(GatewayLogin user, string name, string database, string table, string? primaryKey, JsonObject columns)
    {
        var options = new JsonObject { ["database"] = database, ["table"] = table };
        if (primaryKey is not null)
        {
            options["primaryKey"] = primaryKey;
        }

        await CreateTableAsync(
            user, new JsonObject { ["type"] = "raw_rows", ["tablename"] = name, ["options"] = options, ["columns"] = columns });
    }

    /// <summary>Registers a custom table.</summary>
    /// <returns>The table as Sluice answers it.</returns>
    public async Task<JsonNode> CreateTableAsync(GatewayLogin user, JsonObject item)
    {
        using var response = await _http.PostAsJsonAsync(
            new Uri($"{_gateway}/tables/{user.Username}"),
            new JsonObject { ["items"] = new JsonArray(item) });
        return (await ReadAsync(response))["items"]![0]!;
    }

    /// <summary>The custom tables of a user.</summary>
    public async Task<IReadOnlyList<JsonNode>> TablesAsync(GatewayLogin user)
    {
        var tables = new List<JsonNode>();
        string? cursor = null;
        do
        {
            using var response = await _http.GetAsync(new Uri($"{_gateway}/tables/{user.Username}?limit=100&cursor={Uri.EscapeDataString(cursor ?? string.Empty)}"));
            var page = await ReadAsync(response);
            tables.AddRange(page["items"]!.AsArray()!);
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        return tables;
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(_cdf, path), body);
        return await ReadAsync(response);
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(_cdf, path));
        return await ReadAsync(response);
    }

    /// <summary>The items of a list of external ids, those that exist, in no order.</summary>
    public async Task<JsonArray> ByExternalIdsAsync(string resource, params IEnumerable<string> externalIds)
    {
        var answer = await PostAsync(
            $"{resource}/byids",
            new { items = externalIds.Select(externalId => new { externalId }), ignoreUnknownIds = true });
        return answer["items"]!.AsArray();
    }

    /// <summary>All data points of a series, oldest first: time in milliseconds, and value.</summary>
    public async Task<IReadOnlyList<(long Timestamp, JsonNode Value)>> PointsAsync(string externalId)
    {
        var answer = await PostAsync(
            "timeseries/data/list",
            new { items = new[] { new { externalId } }, start = -2_208_988_800_000, end = 4_102_444_799_999, limit = 100_000, ignoreBadDataPoints = false });
        return
        [
            .. answer["items"]![0]!["datapoints"]!.AsArray()
                .Select(point => ((long)point!["timestamp"]!, point["value"] ?? JsonValue.Create("null"))),
        ];
    }

    /// <summary>How many requests CDF has had so far.</summary>
    public async Task<long> RequestsAsync(string method, string path)
    {
        using var response = await _http.GetAsync(new Uri(_emulator.BaseUrl, "/statistics"));
        var operations = (await ReadAsync(response))["operations"]!.AsArray();
        return operations.Where(o => (string?)o!["method"] == method && (string?)o["path"] == path).Sum(o => (long)o!["requests"]!);
    }

    /// <summary>How many requests CDF has had so far that are about a resource, reads and writes.</summary>
    public async Task<long> RequestsAboutAsync(string resource)
    {
        using var response = await _http.GetAsync(new Uri(_emulator.BaseUrl, "/statistics"));
        var operations = (await ReadAsync(response))["operations"]!.AsArray();
        return operations.Where(o => ((string)o!["path"]!).TrimStart('/').Split('/')[0] == resource).Sum(o => (long)o!["requests"]!);
    }

    /// <summary>Makes a time series, so that points can be written to it.</summary>
    public Task CreateSeriesAsync(string externalId, bool isString = false) =>
        PostAsync("timeseries", new { items = new[] { new { externalId, isString } } });

    /// <summary>Breaks CDF by the rules that docs/emulator.md describes, until the result is disposed.</summary>
    public Task<IAsyncDisposable> BreakAsync(params JsonObject[] rules) => BreakAsync(seed: 1, rules);

    /// <summary>Breaks CDF by rules that hit some requests, which the seed chooses, until the result is disposed.</summary>
    public async Task<IAsyncDisposable> BreakAsync(int seed, params JsonObject[] rules)
    {
        using var response = await _http.PutAsJsonAsync(_emulator.FaultsUrl, new JsonObject { ["seed"] = seed, ["rules"] = new JsonArray([.. rules]) });
        await ReadAsync(response);
        return new Repair(this);
    }

    /// <summary>Returns when the rule has hit so many requests.</summary>
    public async Task WaitForHitsAsync(string rule, int atLeast)
    {
        using var response = await _http.GetAsync(new Uri($"{_emulator.FaultsUrl}/{rule}/hits?atLeast={atLeast}"));
        await ReadAsync(response);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text.Length == 0 ? "{}" : text)!
            : throw new InvalidOperationException($"{response.RequestMessage!.RequestUri} answered {(int)response.StatusCode}: {text}");
    }

    private sealed class Repair(CdfAdministrator administrator) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var response = await administrator._http.DeleteAsync(administrator._emulator.FaultsUrl);
            await ReadAsync(response);
        }
    }
}
