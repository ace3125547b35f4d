using System.Net.Http.Headers;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Sluice.Emulator.Tests;

public sealed class TokenEndpointTests
{
    [Fact]
    public async Task A_client_gets_a_bearer_token_for_its_secret()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.RequestTokenAsync(cdf.Emulator.ClientId, cdf.Emulator.ClientSecret)).Expect(200);
        Assert.Equal("Bearer", answer.Body.GetProperty("token_type").GetString());
        Assert.Equal(3599, answer.Body.GetProperty("expires_in").GetInt32());
    }

    [Fact]
    public async Task Credentials_may_come_as_http_basic()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{cdf.Emulator.ClientId}:{cdf.Emulator.ClientSecret}"));
        var request = new HttpRequestMessage(HttpMethod.Post, cdf.Emulator.TokenUrl)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", basic) },
            Content = new FormUrlEncodedContent(
                [new("grant_type", "client_credentials"), new("scope", cdf.Emulator.Scope)]),
        };
        (await cdf.SendAsync(request)).Expect(200);
    }

    [Theory]
    [InlineData("nobody", "x", 400, "unauthorized_client", 700016)]
    [InlineData("sluice-demo-client", "wrong", 401, "invalid_client", 7000215)]
    public async Task Wrong_credentials_get_the_error_of_entra_id(string client, string secret, int status, string error, int code)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.RequestTokenAsync(client, secret)).Expect(status);
        Assert.Equal(error, answer.Body.GetProperty("error").GetString());
        Assert.Equal(code, answer.Body.GetProperty("error_codes")[0].GetInt32());
        Assert.StartsWith($"AADSTS{code}:", answer.Body.GetProperty("error_description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_id_of_a_secret_is_not_its_value()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.AdminAsync("applications", """{"clientId":"app","secrets":[{"id":"the-id","value":"the-value"}]}""");
        (await cdf.RequestTokenAsync("app", "the-value")).Expect(200);
        var answer = (await cdf.RequestTokenAsync("app", "the-id")).Expect(401);
        Assert.Contains("not the client secret ID", answer.Body.GetProperty("error_description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_secret_is_refused()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        var expires = clock.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds();
        await cdf.AdminAsync("applications", $$"""{"clientId":"app","secrets":[{"value":"v","expires":{{expires}}}]}""");
        (await cdf.RequestTokenAsync("app", "v")).Expect(200);
        clock.Advance(TimeSpan.FromHours(1));
        var answer = (await cdf.RequestTokenAsync("app", "v")).Expect(401);
        Assert.Equal(7000222, answer.Body.GetProperty("error_codes")[0].GetInt32());
    }

    [Theory]
    [InlineData("https://other.cognitedata.com/.default", "invalid_resource", 500011)]
    [InlineData("https://other.cognitedata.com", "invalid_scope", 1002012)]
    [InlineData("user_impersonation", "invalid_scope", 1002012)]
    [InlineData("https://a/.default https://b/.default", "invalid_scope", 70011)]
    public async Task A_wrong_scope_gets_the_error_of_entra_id(string scope, string error, int code)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.RequestTokenAsync(cdf.Emulator.ClientId, cdf.Emulator.ClientSecret, scope)).Expect(400);
        Assert.Equal(error, answer.Body.GetProperty("error").GetString());
        Assert.Equal(code, answer.Body.GetProperty("error_codes")[0].GetInt32());
    }

    [Theory]
    [InlineData("11111111-2222-3333-4444-555555555555", 90002)]
    [InlineData("contoso.example", 90002)]
    [InlineData("contoso", 900023)]
    public async Task A_wrong_tenant_gets_the_error_of_entra_id(string tenant, int code)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/{tenant}/oauth2/v2.0/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", cdf.Emulator.Scope)]),
        })).Expect(400);
        Assert.Equal("invalid_request", answer.Body.GetProperty("error").GetString());
        Assert.Equal(code, answer.Body.GetProperty("error_codes")[0].GetInt32());
    }

    [Theory]
    [InlineData("grant_type", 400, "invalid_request", 900144)]
    [InlineData("client_id", 400, "invalid_request", 900144)]
    [InlineData("scope", 400, "invalid_request", 900144)]
    [InlineData("client_secret", 401, "invalid_client", 7000216)]
    public async Task What_a_form_leaves_out_is_named(string left, int status, string error, int code)
    {
        await using var cdf = await TestEmulator.StartAsync();
        KeyValuePair<string, string>[] form =
        [
            new("grant_type", "client_credentials"), new("client_id", cdf.Emulator.ClientId),
            new("client_secret", cdf.Emulator.ClientSecret), new("scope", cdf.Emulator.Scope),
        ];
        var answer = (await cdf.SendAsync(new HttpRequestMessage(HttpMethod.Post, cdf.Emulator.TokenUrl)
        {
            Content = new FormUrlEncodedContent(form.Where(field => field.Key != left)),
        })).Expect(status);
        Assert.Equal(error, answer.Body.GetProperty("error").GetString());
        Assert.Equal(code, answer.Body.GetProperty("error_codes")[0].GetInt32());
        Assert.Contains($"'{left}'", answer.Body.GetProperty("error_description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_signed_with_a_key_of_the_published_key_set_and_carry_groups()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var configuration = (await cdf.SendAsync(
            HttpMethod.Get, $"/{cdf.Emulator.Options.Tenant}/v2.0/.well-known/openid-configuration", null)).Expect(200).Body;
        var keys = await cdf.Client.GetStringAsync(configuration.GetProperty("jwks_uri").GetString(), TestEmulator.Ct);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(await cdf.TokenAsync(), new TokenValidationParameters
        {
            ValidIssuer = configuration.GetProperty("issuer").GetString(),
            ValidAudience = cdf.Emulator.BaseUrl.AbsoluteUri.TrimEnd('/'),
            IssuerSigningKeys = new JsonWebKeySet(keys).GetSigningKeys(),
            ValidAlgorithms = ["RS256"],
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        var token = (JsonWebToken)result.SecurityToken;
        Assert.Contains(token.Claims, c => c.Type == "groups" && c.Value == cdf.Emulator.Options.AdminGroupSourceId);
        Assert.Equal(cdf.Emulator.ClientId, token.GetPayloadValue<string>("appid"));
    }

    [Fact]
    public async Task The_token_endpoint_can_be_hit_by_faults()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"path":"/token","action":"status","status":503,"times":1}""");
        (await cdf.RequestTokenAsync(cdf.Emulator.ClientId, cdf.Emulator.ClientSecret)).Expect(503);
        (await cdf.RequestTokenAsync(cdf.Emulator.ClientId, cdf.Emulator.ClientSecret)).Expect(200);
    }
}
