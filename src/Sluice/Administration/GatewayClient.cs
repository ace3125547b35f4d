using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Gateway.Hosting;

namespace Sluice.Administration;

/// <summary>The REST API of the gateway that runs on this machine, over the socket in its data directory. What it refuses is an <see cref="AdministrationException"/>.</summary>
internal sealed class GatewayClient : IDisposable
{
    private const int TablePage = 100;

    private readonly HttpClient _http;

    public GatewayClient(string dataDirectory) => _http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) => await LocalGateway.ConnectAsync(dataDirectory, cancellation),
        UseProxy = false,
        UseCookies = false,
    })
    {
        BaseAddress = new Uri("http://gateway/"),
        // A view of CDF, credentials at an identity provider, sessions to be ended: each has its own limit, well below this.
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>The users of all projects, the oldest first, without their applications.</summary>
    public async Task<IReadOnlyList<UserInfo>> ListUsersAsync(CancellationToken cancellationToken) =>
        (await GetAsync("local/users", GatewayJson.Default.ItemsUserInfo, cancellationToken)).List;

    /// <summary>All about a user.</summary>
    public Task<UserInfo> DescribeAsync(string username, CancellationToken cancellationToken) =>
        GetAsync($"local/users/{Escape(username)}", GatewayJson.Default.UserInfo, cancellationToken);

    /// <summary>Whether a user's application has this secret.</summary>
    public async Task<bool> HasSecretAsync(string username, string secret, CancellationToken cancellationToken) => (await PostAsync(
        $"local/users/{Escape(username)}/comparecredentials",
        new SecretToCompare(secret),
        GatewayJson.Default.SecretToCompare,
        GatewayJson.Default.ComparedSecret,
        cancellationToken)).Same;

    /// <summary>Makes a user; his password is told this once.</summary>
    public async Task<Login> CreateUserAsync(string project, NewUser user, CancellationToken cancellationToken) => (await PostAsync(
        Users(project),
        new Items<NewUser>([user]),
        GatewayJson.Default.ItemsNewUser,
        GatewayJson.Default.ItemsLogin,
        cancellationToken)).List[0];

    /// <summary>Changes a user.</summary>
    public Task UpdateUserAsync(UserInfo user, UserChange change, CancellationToken cancellationToken) => PostAsync(
        $"{Users(user.Project)}/update",
        new Items<UserUpdateItem>([new(user.Username, change)]),
        GatewayJson.Default.ItemsUserUpdateItem,
        GatewayJson.Default.Nothing,
        cancellationToken);

    /// <summary>Removes a user and ends his sessions.</summary>
    public Task DeleteUserAsync(UserInfo user, CancellationToken cancellationToken) => PostAsync(
        $"{Users(user.Project)}/delete",
        new Items<UsernameItem>([new(user.Username)]),
        GatewayJson.Default.ItemsUsernameItem,
        GatewayJson.Default.Nothing,
        cancellationToken);

    /// <summary>Gives a user another password; the one before stays good for <paramref name="keep"/>.</summary>
    public async Task<Login> RotatePasswordAsync(UserInfo user, TimeSpan keep, CancellationToken cancellationToken) => (await PostAsync(
        $"{Users(user.Project)}/rotatepassword",
        new Items<RotateItem>([new(user.Username, (int)keep.TotalSeconds)]),
        GatewayJson.Default.ItemsRotateItem,
        GatewayJson.Default.ItemsLogin,
        cancellationToken)).List[0];

    /// <summary>A user's own tables by name, after the built-in ones if they are asked for.</summary>
    public async Task<IReadOnlyList<TableInfo>> ListTablesAsync(UserInfo user, bool builtIns, CancellationToken cancellationToken)
    {
        var tables = new List<TableInfo>();
        string? cursor = null;
        do
        {
            Items<TableInfo> page = await GetAsync(
                $"{Tables(user)}?limit={TablePage}&includeBuiltIns={(builtIns ? "true" : "false")}&cursor={Escape(cursor ?? string.Empty)}",
                GatewayJson.Default.ItemsTableInfo,
                cancellationToken);
            tables.AddRange(page.List);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return tables;
    }

    /// <summary>Makes a table, and returns it with all its columns.</summary>
    public async Task<TableInfo> CreateTableAsync(UserInfo user, TableInfo table, CancellationToken cancellationToken) => (await PostAsync(
        Tables(user),
        new Items<TableInfo>([table]),
        GatewayJson.Default.ItemsTableInfo,
        GatewayJson.Default.ItemsTableInfo,
        cancellationToken)).List[0];

    /// <summary>Gives a table other columns; what CDF has stays.</summary>
    public Task UpdateTableAsync(UserInfo user, string name, ColumnsChange columns, CancellationToken cancellationToken) => PostAsync(
        $"{Tables(user)}/update",
        new Items<TableUpdateItem>([new(name, new TableChange(columns))]),
        GatewayJson.Default.ItemsTableUpdateItem,
        GatewayJson.Default.Nothing,
        cancellationToken);

    /// <summary>Removes tables, all or none; what CDF has stays.</summary>
    public Task DeleteTablesAsync(UserInfo user, IEnumerable<string> names, CancellationToken cancellationToken) => PostAsync(
        $"{Tables(user)}/delete",
        new Items<TablenameItem>([.. names.Select(name => new TablenameItem(name))]),
        GatewayJson.Default.ItemsTablenameItem,
        GatewayJson.Default.Nothing,
        cancellationToken);

    public void Dispose() => _http.Dispose();

    private static string Users(string project) => $"api/v1/projects/{Escape(project)}/postgresgateway";

    private static string Tables(UserInfo user) => $"{Users(user.Project)}/tables/{Escape(user.Username)}";

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, type, cancellationToken);
    }

    private async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, bodyType));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return await SendAsync(request, answerType, cancellationToken);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                Failure? failure = await JsonSerializer.DeserializeAsync(body, GatewayJson.Default.Failure, cancellationToken);
                throw new AdministrationException(failure?.Error.Message ?? $"The gateway answers {(int)response.StatusCode}.");
            }

            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken) ?? throw NoAnswer(request, "null");
        }
        catch (HttpRequestException e) when (e.InnerException is LocalGatewayException gateway)
        {
            throw new AdministrationException(gateway.Message);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            throw NoAnswer(request, e.Message);
        }
    }

    private static AdministrationException NoAnswer(HttpRequestMessage request, string reason) =>
        new($"The gateway gives no proper answer to {request.Method} {request.RequestUri?.AbsolutePath}: {reason}");
}
