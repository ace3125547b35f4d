using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Demo;

/// <summary>
/// What an administrator does before anybody can connect: gets a token from the identity provider, opens a CDF session for the gateway user to act
/// with, and registers the user and his table over Sluice's REST API. Nothing here knows Sluice's insides; it is the same against the original.
/// </summary>
internal sealed class Administrator : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly Uri _cdf;
    private readonly Uri _api;
    private readonly string _project;
    private readonly string _clientId;
    private readonly string _clientSecret;

    private Administrator(Uri cdf, Uri api, string project, string clientId, string clientSecret)
    {
        _cdf = cdf;
        _api = api;
        _project = project;
        _clientId = clientId;
        _clientSecret = clientSecret;
    }

    /// <summary>Gets a token by client credentials.</summary>
    public static async Task<Administrator> SignInAsync(
        Uri cdf, Uri api, Uri tokenUrl, string project, string clientId, string clientSecret, string scope, CancellationToken cancellationToken)
    {
        var administrator = new Administrator(cdf, api, project, clientId, clientSecret);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["client_secret"] = clientSecret,
            ["scope"] = scope,
        });
        JsonNode token = await administrator.SendAsync(HttpMethod.Post, tokenUrl, form, cancellationToken);
        administrator._http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", token["access_token"]!.GetValue<string>());
        return administrator;
    }

    /// <summary>Opens a session and registers a gateway user with its nonce; returns user name and password, which is shown this once.</summary>
    public async Task<(string User, string Password)> RegisterUserAsync(CancellationToken cancellationToken)
    {
        JsonNode session = await PostAsync(
            _cdf,
            "sessions",
            new { items = new[] { new { clientId = _clientId, clientSecret = _clientSecret } } },
            cancellationToken);
        string nonce = session["items"]![0]!["nonce"]!.GetValue<string>();
        JsonNode users = await PostAsync(
            _api,
            "postgresgateway",
            new { items = new[] { new { credentials = new { nonce } } } },
            cancellationToken);
        JsonNode user = users["items"]![0]!;
        return (user["username"]!.GetValue<string>(), user["password"]!.GetValue<string>());
    }

    /// <summary>Gives the user a table over a RAW table.</summary>
    public Task CreateRawTableAsync(
        string user,
        string name,
        string database,
        string table,
        string primaryKey,
        IEnumerable<KeyValuePair<string, string>> columns,
        CancellationToken cancellationToken) =>
        PostAsync(
            _api,
            $"postgresgateway/tables/{Uri.EscapeDataString(user)}",
            new
            {
                items = new[]
                {
                    new
                    {
                        type = "raw_rows",
                        tablename = name,
                        options = new { database, table, primaryKey },
                        columns = columns.ToDictionary(c => c.Key, c => new { type = c.Value }, StringComparer.Ordinal),
                    },
                },
            },
            cancellationToken);

    /// <summary>Posts to the CDF project itself.</summary>
    public Task<JsonNode> PostToCdfAsync(string path, object body, CancellationToken cancellationToken) =>
        PostAsync(_cdf, path, body, cancellationToken);

    /// <summary>Gets from the CDF project itself.</summary>
    public Task<JsonNode> GetFromCdfAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, InProject(_cdf, path), content: null, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> PostAsync(Uri server, string path, object body, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body);
        return await SendAsync(HttpMethod.Post, InProject(server, path), content, cancellationToken);
    }

    private Uri InProject(Uri server, string path) => new(server, $"/api/v1/projects/{_project}/{path}");

    private async Task<JsonNode> SendAsync(HttpMethod method, Uri uri, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        string body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new DemoFailure($"{method} {uri} was answered {(int)response.StatusCode}: {body}");
        }

        try
        {
            return JsonNode.Parse(body) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw new DemoFailure($"{method} {uri} was answered with something else than JSON: {body}", e);
        }
    }
}
