using System.Net.Http.Json;
using System.Text;
using Sluice.Cdf.DataPoints;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tokens;
using Sluice.Emulator;

namespace Sluice.Cdf.Tests;

/// <summary>The client against the local CDF, which knows nothing of the client: capabilities, limits, lists of offenders, faults.</summary>
public sealed class EmulatorTests : IAsyncLifetime
{
    private CdfEmulator _emulator = null!;
    private CdfHttp _http = null!;
    private CdfClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _emulator = await CdfEmulator.StartAsync(new EmulatorOptions(), Cancellation);
        var options = new CdfOptions { BaseUrl = _emulator.BaseUrl };
        options.Retry.MaxBackoff = TimeSpan.FromMilliseconds(5);
        _http = new CdfHttp(options);
        _client = _http.CreateClient(_emulator.Project, new ClientCredentialsTokenSource(_http, new ClientCredentials
        {
            TokenUrl = _emulator.TokenUrl,
            ClientId = _emulator.ClientId,
            ClientSecret = _emulator.ClientSecret,
            Scopes = _emulator.Scope,
        }));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _emulator.DisposeAsync();
    }

    [Fact]
    public async Task Assets_are_created_found_and_refused_when_they_exist()
    {
        var body = """{"items":[{"name":"a","externalId":"a"},{"name":"b","externalId":"b"}]}"""u8.ToArray();
        using var compressed = GzipBody.Compress(body);
        var created = await _client.SendAsync(_client.Assets.Create(compressed.WrittenMemory, gzipped: true, discardBody: false), Cancellation);
        var again = await _client.SendAsync(_client.Assets.Create(body), Cancellation);
        var existing = await _client.Assets.ExistingAsync([new(ExternalId: "b"), new(ExternalId: "c")], Cancellation);

        Assert.Equal(201, created.Status);
        using var page = CdfPage.Parse(created.Body);
        Assert.Equal(2, page.Items.Count());
        Assert.Equal(CdfErrorKind.Conflict, again.Error?.Kind);
        Assert.Equal(["a", "b"], again.Error?.Duplicated.Select(key => key.ExternalId).Order());
        Assert.False(again.Error?.EffectPossible);
        Assert.NotNull(again.RequestId);
        Assert.Equal("b", Assert.Single(existing.Value).ExternalId);
    }

    [Fact]
    public async Task Data_points_arrive_and_unknown_series_are_named()
    {
        await CreateSeriesAsync("ts");
        var known = await InsertAsync("ts", [1_700_000_000_000, 1_700_000_001_000], [1.5, 2.5]);
        var unknown = await InsertAsync("none", [1], [1]);
        var latest = await _client.SendAsync(
            CdfRequest.Post("timeseries/data/latest", CdfApi.DataPoints, Repeatable.Read, """{"items":[{"externalId":"ts"}]}"""u8.ToArray()), Cancellation);

        Assert.True(known.IsSuccess);
        Assert.Contains("\"value\":2.5", Encoding.UTF8.GetString(latest.Body.Span), StringComparison.Ordinal);
        Assert.Equal(CdfErrorKind.BadRequest, unknown.Error?.Kind);
        Assert.Equal([new CdfIdentity(ExternalId: "none")], unknown.Error?.Missing);
    }

    [Fact]
    public async Task RAW_rows_arrive_under_names_that_need_escaping()
    {
        var body = """{"items":[{"key":"k?1","columns":{"a":1}}]}"""u8.ToArray();
        var missing = await _client.SendAsync(RawApi.InsertRows("d 1", "t?#%", body, ensureParent: false), Cancellation);
        var made = await _client.SendAsync(RawApi.InsertRows("d 1", "t?#%", body, ensureParent: true), Cancellation);
        var row = await _client.SendAsync(RawApi.GetRow("d 1", "t?#%", "k?1"), Cancellation);

        Assert.Equal(CdfErrorKind.NotFound, missing.Error?.Kind);
        Assert.True(made.IsSuccess);
        Assert.Contains("\"a\":1", Encoding.UTF8.GetString(row.Body.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"action":"drop","when":"after","times":1,"path":"/timeseries/data"}""")]
    [InlineData("""{"action":"status","status":503,"times":1,"path":"/timeseries/data"}""")]
    [InlineData("""{"action":"rateLimit","retryAfter":0,"times":1,"path":"/timeseries/data"}""")]
    [InlineData("""{"action":"expiredToken","times":1,"path":"/timeseries/data"}""")]
    public async Task Data_points_survive_trouble_that_passes(string rule)
    {
        await CreateSeriesAsync("ts");
        await SetFaultAsync(rule);
        var response = await InsertAsync("ts", [1_700_000_000_000], [1]);

        Assert.True(response.IsSuccess, response.Error?.Message);
        Assert.Equal(2, response.Attempts);
    }

    [Fact]
    public async Task A_create_whose_answer_was_lost_after_its_effect_is_in_doubt_and_can_be_looked_up()
    {
        await SetFaultAsync("""{"action":"drop","when":"after","times":1,"path":"/assets"}""");
        var response = await _client.SendAsync(_client.Assets.Create("""{"items":[{"name":"a","externalId":"a"}]}"""u8.ToArray()), Cancellation);

        Assert.Equal(CdfErrorKind.OutcomeUnknown, response.Error?.Kind);
        Assert.True(response.Error?.EffectPossible);
        Assert.Single((await _client.Assets.ExistingAsync([new(ExternalId: "a")], Cancellation)).Value);
    }

    [Fact]
    public async Task A_session_acts_for_whoever_made_it()
    {
        var session = await _client.SendAsync(
            CdfRequest.Post("sessions", CdfApi.Sessions, Repeatable.Never, """{"items":[{"tokenExchange":true}]}"""u8.ToArray()), Cancellation);
        using var page = CdfPage.Parse(session.Body);
        var nonce = page.Items.Single().GetProperty("nonce").GetString()!;
        var sessions = _http.CreateClient(_emulator.Project, StaticTokenSource.None).Sessions;
        var bound = await sessions.BindAsync(nonce, Cancellation);
        var kept = new SessionTokenSource(sessions, bound.Value.Id, bound.Value.SessionKey, TimeProvider.System);
        var inspection = await _http.CreateClient(_emulator.Project, kept).Token.InspectAsync(Cancellation);
        var spent = await sessions.BindAsync(nonce, Cancellation);

        Assert.True(inspection.IsSuccess, inspection.Error?.Message);
        Assert.Contains(_emulator.Project, inspection.Value.Projects);
        Assert.Contains(inspection.Value.Capabilities, capability => capability.Grants("postgresGatewayAcl", "WRITE", _emulator.Project));
        Assert.Equal("Nonce has expired", spent.Error?.Message);
    }

    [Fact]
    public async Task A_wrong_secret_comes_with_the_providers_words()
    {
        var wrong = new ClientCredentialsTokenSource(_http, new ClientCredentials
        {
            TokenUrl = _emulator.TokenUrl,
            ClientId = _emulator.ClientId,
            ClientSecret = "wrong",
            Scopes = _emulator.Scope,
        });
        var error = (await wrong.GetAsync(null, Cancellation)).Error;

        Assert.Equal(TokenErrorKind.RefusedByProvider, error?.Kind);
        Assert.Equal("invalid_client", error?.Code);
        Assert.StartsWith("AADSTS7000215", error?.Message, StringComparison.Ordinal);
    }

    private async Task CreateSeriesAsync(string externalId)
    {
        var response = await _client.SendAsync(
            _client.TimeSeries.Create(Encoding.UTF8.GetBytes($$"""{"items":[{"externalId":"{{externalId}}"}]}""")), Cancellation);
        Assert.True(response.IsSuccess, response.Error?.Message);
    }

    private async Task<CdfResponse> InsertAsync(string externalId, long[] timestamps, double[] values)
    {
        using var buffer = new PooledBuffer();
        var encoder = new DataPointEncoder(buffer);
        encoder.BeginSeries(Encoding.UTF8.GetBytes(externalId));
        encoder.AppendNumeric(timestamps, values);
        encoder.EndSeries();
        return await _client.SendAsync(DataPointsApi.Insert(buffer.WrittenMemory), Cancellation);
    }

    private async Task SetFaultAsync(string rule)
    {
        using var http = new HttpClient();
        using var answer = await http.PutAsJsonAsync(
            _emulator.FaultsUrl, System.Text.Json.JsonElement.Parse($$"""{"rules":[{{rule}}]}"""), Cancellation);
        answer.EnsureSuccessStatusCode();
    }
}
