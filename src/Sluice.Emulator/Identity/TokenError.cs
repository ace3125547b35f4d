using Microsoft.AspNetCore.Http;

namespace Sluice.Emulator.Identity;

/// <summary>An error of the token endpoint, in the words of Entra ID.</summary>
internal sealed class TokenError : Exception
{
    private TokenError(int status, string error, int code, string text)
        : base($"AADSTS{code}: {text}")
    {
        Status = status;
        Error = error;
        Code = code;
    }

    public int Status { get; }

    /// <summary>The OAuth 2.0 error.</summary>
    public string Error { get; }

    /// <summary>The number in AADSTS….</summary>
    public int Code { get; }

    public static TokenError MissingField(string field) => new(
        StatusCodes.Status400BadRequest, "invalid_request", 900144, $"The request body must contain the following parameter: '{field}'.");

    public static TokenError NotAForm() => new(
        StatusCodes.Status400BadRequest, "invalid_request", 900144,
        "The request body must be application/x-www-form-urlencoded and contain the following parameter: 'grant_type'.");

    public static TokenError UnsupportedGrant(string grant) => new(
        StatusCodes.Status400BadRequest, "unsupported_grant_type", 70003, $"The app requested an unsupported grant type '{grant}'.");

    /// <summary>A secret, an assertion or a signed request: this flow needs one.</summary>
    public static TokenError MissingSecret() => new(
        StatusCodes.Status401Unauthorized, "invalid_client", 7000216,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.");

    /// <summary>A scope that is not a resource and <c>/.default</c>.</summary>
    public static TokenError ScopeWithoutDefault(string scope) => new(
        StatusCodes.Status400BadRequest, "invalid_scope", 1002012,
        $"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default "
        + "suffixed to the resource identifier (application ID URI).");

    /// <summary>More than one scope, or one that cannot be read.</summary>
    public static TokenError MalformedScope(string scope) => new(
        StatusCodes.Status400BadRequest, "invalid_scope", 70011,
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. "
        + $"The scope {scope} is not valid.");

    /// <summary>A scope of an API that the tenant does not know: another cluster's, or none's.</summary>
    public static TokenError UnknownResource(string resource, string tenant) => new(
        StatusCodes.Status400BadRequest, "invalid_resource", 500011,
        $"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been "
        + "installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication "
        + "request to the wrong tenant.");

    /// <summary>Neither a GUID nor a domain.</summary>
    public static TokenError MalformedTenant(string tenant) => new(
        StatusCodes.Status400BadRequest, "invalid_request", 900023,
        $"Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.");

    public static TokenError UnknownTenant(string tenant) => new(
        StatusCodes.Status400BadRequest, "invalid_request", 90002,
        $"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. "
        + "Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.");

    public static TokenError UnknownApplication(string clientId, string tenant) => new(
        StatusCodes.Status400BadRequest, "unauthorized_client", 700016,
        $"Application with identifier '{clientId}' was not found in the directory '{tenant}'. This can happen if the application "
        + "has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
        + "You may have sent your authentication request to the wrong tenant.");

    public static TokenError WrongSecret(string clientId) => new(
        StatusCodes.Status401Unauthorized, "invalid_client", 7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, "
        + $"for a secret added to app '{clientId}'.");

    public static TokenError ExpiredSecret(string clientId) => new(
        StatusCodes.Status401Unauthorized, "invalid_client", 7000222,
        $"The provided client secret keys for app '{clientId}' are expired. Visit the Azure portal to create new keys for your app: "
        + "https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.");
}
