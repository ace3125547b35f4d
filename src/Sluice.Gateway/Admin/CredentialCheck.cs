using Sluice.Cdf.Errors;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tokens;
using Sluice.Gateway.Definitions;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>Credentials that were found to work.</summary>
/// <param name="Credentials">To be kept.</param>
/// <param name="Session">The session with its first token, if a nonce was redeemed.</param>
/// <param name="HasGatewayCapability">They were seen to have the capability <c>postgresGateway</c>.</param>
/// <param name="End">When the client secret or the session ends, if that is known.</param>
public sealed record CheckedCredentials(UserCredentials Credentials, BoundSession? Session, bool HasGatewayCapability, DateTimeOffset? End);

/// <summary>Tries the credentials of a request at once, so that a mistake shows where it can be mended.</summary>
public sealed class CredentialCheck(UserCdfClients clients, AdminOptions options, TimeProvider time)
{
    private const string Example =
        """{"items":[{"credentials":{"clientId":"...","clientSecret":"...","tokenUrl":"https://login.microsoftonline.com/<tenant id>/oauth2/v2.0/token","scopes":"https://<cluster>.cognitedata.com/.default"}}]}""";

    private readonly TokenUrlAllowList _tokenUrls = new(options);

    /// <summary>Checks the shape, without asking anyone.</summary>
    /// <exception cref="ApiException">422.</exception>
    internal static GivenCredentials CheckShape(CredentialsModel? given, string field = "credentials")
    {
        var model = Schema.NoExtra(Schema.Required(given, field));
        if (model is { ClientId: null, ClientSecret: null, TokenUrl: null, Scopes: null, ExpirationTime: null })
        {
            return new GivenNonce(Schema.Required(model.Nonce, "nonce"));
        }

        Schema.Absent(model.Nonce, "nonce");
        var (id, secret) = (Schema.Required(model.ClientId, "clientId"), Schema.Required(model.ClientSecret, "clientSecret"));
        return new GivenApplication(Schema.Required(model.TokenUrl, "tokenUrl"), id, secret, model.Scopes) { ExpirationTime = model.ExpirationTime };
    }

    /// <summary>Redeems the nonce, or fetches a token with the application's credentials.</summary>
    /// <exception cref="ApiException">400 they do not work, 503 nobody can tell now.</exception>
    public Task<CheckedCredentials> TryAsync(string project, GivenCredentials given, CancellationToken cancellationToken) => given switch
    {
        GivenNonce { Nonce: var nonce } => RedeemAsync(project, nonce, cancellationToken),
        GivenApplication application => TryApplicationAsync(
            project,
            new ApplicationCredentials(_tokenUrls.Check(application.TokenUrl), application.ClientId, application.ClientSecret, application.Scopes),
            application.ExpirationTime is { } end ? CheckEnd(end) : null,
            cancellationToken),
        _ => throw new ArgumentException($"{given.GetType().Name} are credentials of an unknown kind.", nameof(given)),
    };

    /// <summary>No identity provider tells when a secret ends to whoever uses it, so only whoever gives it can say.</summary>
    private DateTimeOffset CheckEnd(long end) =>
        end > time.GetUtcNow().ToUnixTimeMilliseconds() && end <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(end)
            : throw new ApiException(400, $"expirationTime {end} is not in the future: give milliseconds since 1970-01-01 UTC, or leave it out");

    private async Task<CheckedCredentials> RedeemAsync(string project, string nonce, CancellationToken cancellationToken)
    {
        var bound = await clients.Sessions(project).BindAsync(nonce, cancellationToken);
        if (!bound.IsSuccess)
        {
            throw NonceRefused(bound.Error);
        }

        var session = bound.Value;
        return new CheckedCredentials(
            new SessionCredentials(session.Id, session.SessionKey), session, await HasGatewayCapabilityAsync(project, session.AccessToken), session.End);
    }

    /// <summary>Whether the token of a session that has just been bound is seen to have it. The nonce is spent, so nothing stops this or fails here.</summary>
    private async Task<bool> HasGatewayCapabilityAsync(string project, string token)
    {
        using var limit = new CancellationTokenSource(options.InspectionTimeout);
        try
        {
            var inspection = await clients.ForToken(project, token).Token.InspectAsync(limit.Token);
            return inspection.IsSuccess && GatewayCapability.IsHeld(inspection.Value, project);
        }
        catch (OperationCanceledException)
        {
            // It is looked at again when the user logs in.
            return false;
        }
    }

    private static ApiException NonceRefused(CdfError error) => error.Kind switch
    {
        CdfErrorKind.BadRequest or CdfErrorKind.Unprocessable or CdfErrorKind.Conflict => new ApiException(
            400,
            $"the nonce does not work: CDF says \"{error.Message}\" (request id {error.RequestId}). A nonce works once and for about a minute: create a new "
            + "session (POST /sessions) and send its nonce at once"),
        CdfErrorKind.Unauthorized or CdfErrorKind.Forbidden or CdfErrorKind.NotFound or CdfErrorKind.TokenRefused => new ApiException(
            400,
            $"this CDF cluster does not redeem nonces for Sluice (it says \"{error.Message}\"), since it does so only for services that it trusts. Give the "
            + $"credentials of an application instead: {Example}"),
        _ => new ApiException(
            503,
            $"CDF could not redeem the nonce: {error.Message}. Try again with the nonce of a new session, since this one may be spent"),
    };

    private async Task<CheckedCredentials> TryApplicationAsync(
        string project,
        ApplicationCredentials application,
        DateTimeOffset? end,
        CancellationToken cancellationToken)
    {
        var (client, tokens) = clients.For(project, application);
        var token = await tokens.GetAsync(rejected: null, cancellationToken);
        if (!token.IsSuccess)
        {
            throw token.Error.Kind == TokenErrorKind.RefusedByProvider
                ? Refused(application, token.Error)
                : new ApiException(503, $"the identity provider gives no token now: {token.Error.Message}");
        }

        var inspection = await client.Token.InspectAsync(cancellationToken);
        if (inspection.IsSuccess ? !inspection.Value.Projects.Contains(project, StringComparer.Ordinal) : inspection.Error.Kind == CdfErrorKind.Unauthorized)
        {
            throw new ApiException(
                400,
                $"the identity provider accepts the credentials, but CDF gives application {application.ClientId} no access to project {project}: check scopes "
                + "(https://<cluster>.cognitedata.com/.default) and that a CDF group of the project has the source id of a group that the application is a "
                + "member of");
        }

        // 403: a token that may not be inspected is good enough for tables. No answer: the provider's word stands.
        return new CheckedCredentials(application, Session: null, inspection.IsSuccess && GatewayCapability.IsHeld(inspection.Value, project), end);
    }

    private static ApiException Refused(ApplicationCredentials application, TokenError error)
    {
        var advice = EntraAdvice.For(error.Message) is { } sentence ? $". {sentence}" : string.Empty;
        return new ApiException(400, $"the identity provider {application.TokenUrl.Host} refuses the credentials: {error.Message}{advice}");
    }
}
