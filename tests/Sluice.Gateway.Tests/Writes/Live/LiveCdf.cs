using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Tokens;
using Sluice.Emulator;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Live;

/// <summary>An emulated CDF of a test's own, a client of it with little patience, and what writes to it.</summary>
internal sealed class LiveCdf : IAsyncDisposable
{
    private readonly CdfEmulator _emulator;
    private readonly HttpClient _admin;
    private readonly CdfHttp _http;
    private readonly CdfHttp _checkHttp;
    private readonly CdfClient _check;

    private LiveCdf(CdfEmulator emulator, CdfRetryOptions retry)
    {
        _emulator = emulator;
        _admin = new HttpClient { BaseAddress = emulator.BaseUrl };
        _http = new CdfHttp(new CdfOptions { BaseUrl = emulator.BaseUrl, Retry = retry });
        _checkHttp = new CdfHttp(new CdfOptions { BaseUrl = emulator.BaseUrl });
        _check = ClientOf(_checkHttp, emulator.ClientId, emulator.ClientSecret);
        Context = new WriteContext
        {
            Client = ClientOf(_http, emulator.ClientId, emulator.ClientSecret),
            Fence = new KeyFence(),
            Memory = new WriteMemory(64 * 1024 * 1024),
            Cluster = emulator.BaseUrl,
            Limits = new WriteLimits { CancelPatience = TimeSpan.FromMilliseconds(50), InDoubtHold = TimeSpan.FromMilliseconds(50) },
        };
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public WriteContext Context { get; }

    public static async Task<LiveCdf> StartAsync(int maxAttempts = 4) => new(
        await CdfEmulator.StartAsync(new EmulatorOptions(), Ct),
        new CdfRetryOptions
        {
            MaxAttempts = maxAttempts,
            MaxConnectAttempts = 2,
            MinBackoff = TimeSpan.FromMilliseconds(1),
            BackoffFactor = TimeSpan.FromMilliseconds(2),
        });

    /// <summary>A COPY of these rows, in batches of <paramref name="batchRows"/>.</summary>
    public Task<WriteResult> CopyAsync(string table, string[] columns, string?[][] rows, WriteContext? context = null, int batchRows = int.MaxValue) =>
        CopyAsync(BuiltInTables.Find(table)!, columns, rows, context, batchRows);

    public async Task<WriteResult> CopyAsync(
        TableDefinition table, string[] columns, string?[][] rows, WriteContext? context = null, int batchRows = int.MaxValue)
    {
        using var write = Start(table, columns, context);
        var batch = write.RentBatch();
        foreach (var (row, line) in rows.Select((row, index) => (row, index + 1)))
        {
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] is { } text)
                {
                    batch.Columns[i].AppendText(Encoding.UTF8.GetBytes(text));
                }
                else
                {
                    batch.Columns[i].AppendNull();
                }
            }

            batch.EndRow(line);
            if (batch.Count >= batchRows || write.IsFull(batch))
            {
                if (!await write.AddAsync(batch, Ct))
                {
                    break;
                }

                batch = write.RentBatch();
            }
        }

        await write.AddAsync(batch, Ct);
        return await write.CompleteAsync(Ct);
    }

    public async Task<PgError> FailAsync(string table, string[] columns, string?[][] rows, WriteContext? context = null, int batchRows = int.MaxValue) =>
        (await Assert.ThrowsAsync<PgException>(() => CopyAsync(table, columns, rows, context, batchRows))).Error;

    public TableWrite Start(TableDefinition table, string[] columns, WriteContext? context = null) =>
        TableWrite.Start(WritePlan.Create(table, columns, WriteVerb.Copy), context ?? Context);

    /// <summary>One more batch of a running write.</summary>
    public static ValueTask<bool> AddAsync(TableWrite write, string?[][] rows, CancellationToken? cancel = null)
    {
        var batch = write.RentBatch();
        WriteTestContext.Fill(batch, rows);
        return write.AddAsync(batch, cancel ?? Ct);
    }

    public Task CreateSeriesAsync(params string[] externalIds) =>
        CopyAsync("time_series", ["external_id"], [.. externalIds.Select(id => new[] { id })]);

    public async Task DeleteSeriesAsync(string externalId)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"items":[{"externalId":"{{externalId}}"}]}""");
        Assert.True((await _check.SendAsync(_check.TimeSeries.Delete(body), Ct)).IsSuccess);
    }

    /// <summary>A context whose user has these capabilities only.</summary>
    public async Task<WriteContext> WithCapabilitiesAsync(params string[] capabilities)
    {
        var (group, client) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}");
        await AdminAsync("admin/projects/demo/groups", $$"""{"name":"g","sourceId":"{{group}}","capabilities":[{{string.Join(',', capabilities)}}]}""");
        await AdminAsync("admin/applications", $$"""{"clientId":"{{client}}","clientSecret":"s","groups":["{{group}}"]}""");
        return Context with { Client = ClientOf(_http, client, "s") };
    }

    public WriteContext WithToken(string token) => Context with { Client = _http.CreateClient("demo", new StaticTokenSource(token)) };

    public Task FaultsAsync(params string[] rules) => AdminAsync("faults", $$"""{"rules":[{{string.Join(',', rules)}}]}""");

    /// <summary>Ends when a rule has hit so many requests.</summary>
    public async Task HitsAsync(string rule, int atLeast)
    {
        using var response = await _admin.GetAsync(new Uri($"faults/{rule}/hits?atLeast={atLeast}", UriKind.Relative), Ct);
        response.EnsureSuccessStatusCode();
    }

    public async Task<long> RequestsAsync(string path)
    {
        var sums = await _admin.GetFromJsonAsync<JsonElement>(new Uri($"statistics?path={Uri.EscapeDataString(path)}", UriKind.Relative), Ct);
        return sums.GetProperty("requests").GetInt64();
    }

    public async Task<JsonElement[]> ItemsAsync(string resource)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await QueryAsync(CdfRequest.Post(
                $"{resource}/list", CdfApi.Other, Repeatable.Read, Encoding.UTF8.GetBytes($$"""{"limit":1000{{(cursor is null ? "" : $",\"cursor\":\"{cursor}\"")}}}""")));
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        return [.. items];
    }

    public async Task<(long Time, string Value)[]> PointsAsync(string externalId)
    {
        var body = $$"""{"items":[{"externalId":"{{externalId}}","start":-2208988800000,"end":4102444800000,"limit":100000}],"ignoreUnknownIds":true}""";
        var page = await QueryAsync(CdfRequest.Post("timeseries/data/list", CdfApi.Other, Repeatable.Read, Encoding.UTF8.GetBytes(body)));
        return [.. page.GetProperty("items").EnumerateArray().SelectMany(item => item.GetProperty("datapoints").EnumerateArray())
            .Select(point => (point.GetProperty("timestamp").GetInt64(), point.GetProperty("value").ToString()))];
    }

    public async Task<Dictionary<string, string>> RawRowsAsync(string database, string table)
    {
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var response = await _check.SendAsync(Cdf.Resources.RawApi.ListRows(database, table, 10_000, cursor), Ct);
            if (response.Status == 404)
            {
                return rows;
            }

            var page = JsonSerializer.Deserialize<JsonElement>(response.Body.Span);
            foreach (var row in page.GetProperty("items").EnumerateArray())
            {
                rows.Add(row.GetProperty("key").GetString()!, row.GetProperty("columns").GetRawText());
            }

            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _emulator.DisposeAsync();
        _http.Dispose();
        _checkHttp.Dispose();
    }

    private CdfClient ClientOf(CdfHttp http, string clientId, string secret) => http.CreateClient("demo", new ClientCredentialsTokenSource(http, new ClientCredentials
    {
        TokenUrl = _emulator.TokenUrl,
        ClientId = clientId,
        ClientSecret = secret,
        Scopes = _emulator.Scope,
    }));

    private async Task<JsonElement> QueryAsync(CdfRequest request)
    {
        var response = await _check.SendAsync(request, Ct);
        Assert.True(response.IsSuccess, response.Error?.Message);
        return JsonSerializer.Deserialize<JsonElement>(response.Body.Span);
    }

    private async Task AdminAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _admin.PutAsync(new Uri(path, UriKind.Relative), content, Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }
}
