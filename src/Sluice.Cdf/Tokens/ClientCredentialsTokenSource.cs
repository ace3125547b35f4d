using System.Text.Json;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Tokens;

/// <summary>
/// Tokens by OIDC client credentials: a form POST to the token endpoint (RFC 6749 section 4.4.2). Trouble that passes is tried again twice; a refusal is not,
/// and comes with the provider's <c>error</c> and <c>error_description</c>.
/// </summary>
public sealed class ClientCredentialsTokenSource(CdfHttp http, ClientCredentials credentials) : CachedTokenSource(http.Time)
{
    private const int MaxAttempts = 3;
    private const int MaxAnswerBytes = 256 * 1024;
    private static readonly TimeSpan _lifetimeIfUnstated = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    protected override async Task<IssuedToken> FetchAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var issued = await AskAsync(cancellationToken);
            if (issued.IsSuccess || issued.Error.Kind == TokenErrorKind.RefusedByProvider || attempt == MaxAttempts)
            {
                return issued;
            }

            await Task.Delay(http.Options.Retry.Backoff(attempt, http.NextJitter()), http.Time, cancellationToken);
        }
    }

    private async Task<IssuedToken> AskAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, credentials.TokenUrl) { Content = new FormUrlEncodedContent(Form()) };
        request.Headers.Accept.ParseAdd("application/json");
        try
        {
            using var response = await http.TokenEndpoints.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return Read((int)response.StatusCode, body);
        }
        catch (HttpRequestException e)
        {
            return IssuedToken.Failed(new TokenError(TokenErrorKind.Unreachable, $"{credentials.TokenUrl.Host}: {e.Message}"));
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Form()
    {
        yield return new("grant_type", "client_credentials");
        yield return new("client_id", credentials.ClientId);
        yield return new("client_secret", credentials.ClientSecret);
        if (!string.IsNullOrWhiteSpace(credentials.Scopes))
        {
            yield return new("scope", credentials.Scopes);
        }

        if (!string.IsNullOrWhiteSpace(credentials.Audience))
        {
            yield return new("audience", credentials.Audience);
        }
    }

    private IssuedToken Read(int status, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (status is >= 200 and < 300 && Text(root, "access_token") is { Length: > 0 } token)
            {
                return IssuedToken.Of(token, Lifetime(root));
            }

            return Failed(status, Text(root, "error_description") ?? Text(root, "message"), Text(root, "error"));
        }
        catch (JsonException)
        {
            return Failed(status, description: null, code: null);
        }
    }

    private IssuedToken Failed(int status, string? description, string? code)
    {
        var kind = status is 408 or 429 or >= 500 ? TokenErrorKind.Unreachable : TokenErrorKind.RefusedByProvider;
        var words = (description ?? code)?.ReplaceLineEndings(" ").Trim()
            ?? $"{credentials.TokenUrl.Host} answered HTTP {status} and no token: check the token URL";
        return IssuedToken.Failed(new TokenError(kind, words, code, status));
    }

    private static TimeSpan Lifetime(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("expires_in", out var value))
        {
            // A number by RFC 6749; a string from some providers.
            if ((value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds))
                || (value.ValueKind == JsonValueKind.String && double.TryParse(value.GetString(), out seconds)))
            {
                return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.FromDays(1).TotalSeconds));
            }
        }

        return _lifetimeIfUnstated;
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
