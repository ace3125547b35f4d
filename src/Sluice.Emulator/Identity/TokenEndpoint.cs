using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Identity;

/// <summary>OAuth 2.0 client credentials: <c>POST /{tenant}/oauth2/v2.0/token</c>, credentials in the form or as HTTP Basic.</summary>
internal static class TokenEndpoint
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call)
    {
        try
        {
            return await IssueAsync(call);
        }
        catch (TokenError e)
        {
            return ErrorReply(call, e);
        }
    }

    private static async Task<Reply> IssueAsync(CdfCall call)
    {
        var state = call.State;
        var request = call.Http.Request;
        if (!request.HasFormContentType)
        {
            throw TokenError.NotAForm();
        }

        var form = await request.ReadFormAsync(call.Aborted);
        var tenant = (string)request.RouteValues["tenant"]!;
        if (!tenant.Equals(state.Options.Tenant, StringComparison.OrdinalIgnoreCase))
        {
            throw Guid.TryParse(tenant, out _) || tenant.Contains('.', StringComparison.Ordinal)
                ? TokenError.UnknownTenant(tenant)
                : TokenError.MalformedTenant(tenant);
        }

        var grant = Field(form, "grant_type");
        if (grant != "client_credentials")
        {
            throw TokenError.UnsupportedGrant(grant);
        }

        var (clientId, secret) = Credentials(request, form);
        var application = state.Applications.Authenticate(clientId, secret, state.Options.Tenant, state.Clock.GetUtcNow());
        call.Log.ClientId = application.ClientId;
        CheckScope(Field(form, "scope"), state);
        var lifetime = (long)state.Settings.TokenLifetime.TotalSeconds;
        var token = state.Tokens.Issue(application);
        return Reply.Json(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("token_type", "Bearer");
            writer.WriteNumber("expires_in", lifetime);
            writer.WriteNumber("ext_expires_in", lifetime);
            writer.WriteString("access_token", token);
            writer.WriteEndObject();
        });
    }

    private static void CheckScope(string scope, EmulatorState state)
    {
        const string Default = "/.default";
        if (scope.Equals(state.Scope, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (scope.Contains(' ', StringComparison.Ordinal))
        {
            throw TokenError.MalformedScope(scope);
        }

        throw scope.EndsWith(Default, StringComparison.OrdinalIgnoreCase)
            ? TokenError.UnknownResource(scope[..^Default.Length], state.Options.Tenant)
            : TokenError.ScopeWithoutDefault(scope);
    }

    private static (string ClientId, string Secret) Credentials(HttpRequest request, IFormCollection form)
    {
        if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            && TryDecode(header.Parameter ?? "") is { } basic)
        {
            return basic;
        }

        var clientId = Field(form, "client_id");
        return form["client_secret"].ToString() is { Length: > 0 } secret ? (clientId, secret) : throw TokenError.MissingSecret();
    }

    private static (string ClientId, string Secret)? TryDecode(string parameter)
    {
        var bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);

        // RFC 6749, 2.3.1: both parts are form-encoded inside.
        return colon < 0 ? null : (Uri.UnescapeDataString(text[..colon]), Uri.UnescapeDataString(text[(colon + 1)..]));
    }

    private static string Field(IFormCollection form, string name) =>
        form[name].ToString() is { Length: > 0 } value ? value : throw TokenError.MissingField(name);

    private static Reply ErrorReply(CdfCall call, TokenError error) => Reply.Json(error.Status, writer =>
    {
        var now = call.State.Clock.GetUtcNow();
        writer.WriteStartObject();
        writer.WriteString("error", error.Error);
        writer.WriteString(
            "error_description",
            $"{error.Message} Trace ID: {call.RequestId} Correlation ID: {call.RequestId} Timestamp: {now:yyyy-MM-dd HH:mm:ss}Z");
        writer.WriteStartArray("error_codes");
        writer.WriteNumberValue(error.Code);
        writer.WriteEndArray();
        writer.WriteString("timestamp", $"{now:yyyy-MM-dd HH:mm:ss}Z");
        writer.WriteString("trace_id", call.RequestId);
        writer.WriteString("correlation_id", call.RequestId);
        writer.WriteString("error_uri", $"{call.State.BaseUrl}error?code={error.Code}");
        writer.WriteEndObject();
    });
}
