using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Sluice.Emulator.Tests;

/// <summary>A started emulator and a client that holds a token of its administrator.</summary>
internal sealed class TestEmulator : IAsyncDisposable
{
    private TestEmulator(CdfEmulator emulator)
    {
        Emulator = emulator;
        Client = new HttpClient { BaseAddress = emulator.BaseUrl };
    }

    public CdfEmulator Emulator { get; }

    public HttpClient Client { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestEmulator> StartAsync(EmulatorOptions? options = null)
    {
        var test = new TestEmulator(await CdfEmulator.StartAsync(options ?? new EmulatorOptions(), Ct));
        test.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await test.TokenAsync());
        return test;
    }

    public async Task<string> TokenAsync(string? clientId = null, string? secret = null)
    {
        var answer = await RequestTokenAsync(clientId ?? Emulator.ClientId, secret ?? Emulator.ClientSecret);
        return answer.Expect(200).Body.GetProperty("access_token").GetString()!;
    }

    public Task<Answer> RequestTokenAsync(string clientId, string secret, string? scope = null) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, Emulator.TokenUrl)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = clientId,
                ["client_secret"] = secret,
                ["scope"] = scope ?? Emulator.Scope,
            }),
        });

    /// <summary>A token of a new application whose group has these capabilities.</summary>
    public async Task<string> TokenWithAsync(params string[] capabilities)
    {
        var group = Guid.NewGuid().ToString();
        var client = Guid.NewGuid().ToString();
        await AdminAsync("projects/demo/groups",
            $$"""{"name":"g","sourceId":"{{group}}","capabilities":[{{string.Join(',', capabilities)}}]}""");
        await AdminAsync("applications", $$"""{"clientId":"{{client}}","clientSecret":"s","groups":["{{group}}"]}""");
        return await TokenAsync(client, "s");
    }

    public static string Capability(string acl, string actions, string scope = """{"all":{}}""") =>
        $$"""{ "{{acl}}": { "actions":[{{string.Join(',', actions.Split(' ').Select(a => $"\"{a}\""))}}],"scope": {{scope}} } }""";

    public async Task<Answer> AdminAsync(string path, string json) =>
        (await SendAsync(HttpMethod.Put, new Uri(Emulator.AdminUrl, path).AbsolutePath, json)).Expect(200);

    public Task<Answer> PostAsync(string path, string json, string? token = null) =>
        SendAsync(HttpMethod.Post, $"/api/v1/projects/demo{path}", json, token);

    public Task<Answer> PostItemsAsync(string path, params string[] items) =>
        PostAsync(path, $$"""{"items":[{{string.Join(',', items)}}]}""");

    public Task<Answer> GetAsync(string path, string? token = null) =>
        SendAsync(HttpMethod.Get, $"/api/v1/projects/demo{path}", null, token);

    public async Task<long> CreateAsync(string path, string item) =>
        (await PostItemsAsync(path, item)).Items[0].GetProperty("id").GetInt64();

    public Task<Answer> FaultsAsync(params string[] rules) =>
        SendAsync(HttpMethod.Put, "/faults", $$"""{"rules":[{{string.Join(',', rules)}}]}""");

    /// <summary>Sums of the operations with this path pattern.</summary>
    public async Task<JsonElement> StatisticsAsync(string path) =>
        (await SendAsync(HttpMethod.Get, $"/statistics?path={Uri.EscapeDataString(path)}", null)).Expect(200).Body;

    public async Task<long> CountAsync(string path) =>
        (await PostAsync($"{path}/aggregate", "{}")).Expect(200).Items[0].GetProperty("count").GetInt64();

    public Task<Answer> SendAsync(HttpMethod method, string path, string? json, string? token = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request, Ct);
        var body = response.Content.Headers.ContentType?.MediaType == "application/json"
            ? await response.Content.ReadFromJsonAsync<JsonElement>(Ct)
            : default;
        return new Answer((int)response.StatusCode, body, response.Headers);
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return Emulator.DisposeAsync();
    }
}
