using System.Globalization;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Users.People;

/// <summary>
/// Lets the people of some CDF projects in with their own access tokens: user name and database are the project. CDF is asked at each login whose the token is
/// and whether it gives access to the project; where CDF cannot be asked, nobody is let in, since nothing is known of a stranger.
/// </summary>
public sealed class PersonSignIn(UserCdfClients clients, PeopleOptions options, TimeProvider time) : IAccessTokens
{
    /// <summary>The connection option with which a client chooses OAUTHBEARER, since a server can ask for one thing only.</summary>
    public const string MethodSetting = "sluice.sign_in";

    /// <inheritdoc/>
    public TokenDiscovery Discovery { get; } = new(options.Scope, options.OpenIdConfiguration);

    /// <inheritdoc/>
    public TokenMethod? MethodFor(StartupParameters parameters) => !options.Projects.Contains(parameters.User)
        ? null
        : parameters.Find(MethodSetting) switch
        {
            null or "password" => TokenMethod.Password,
            "oauth" => TokenMethod.OAuthBearer,
            var other => throw new PgException(new PgError
            {
                Severity = PgSeverity.Fatal,
                SqlState = SqlState.InvalidParameterValue,
                Message = $"invalid value for parameter \"{MethodSetting}\": \"{other}\"",
                Hint = "Available values: password, oauth.",
            }),
        };

    /// <inheritdoc/>
    public async ValueTask<object> AuthenticateAsync(StartupParameters parameters, string token, CancellationToken cancellationToken)
    {
        var project = parameters.User;
        var claims = AccessTokenClaims.Read(token)
            ?? throw Refused(
                "what was sent in place of an access token is none",
                $"For user name \"{project}\" the password is an access token of your identity provider: a JSON Web Token with issuer and expiry.");
        if (claims.Expires <= time.GetUtcNow())
        {
            throw Refused($"the access token has expired on {Format(claims.Expires)}", "Ask your identity provider for a new one.");
        }

        var inspection = await InspectAsync(project, token, cancellationToken);
        if (!inspection.Projects.Contains(project, StringComparer.Ordinal))
        {
            throw Refused(
                $"the access token gives no access to CDF project \"{project}\"",
                "One of the project's groups must have the source id of a group of your identity provider that you are a member of, and the token must be of the "
                + "identity provider that the project trusts.");
        }

        return inspection.Subject.Length > 0
            ? new Person(project, claims.Issuer, inspection.Subject, token, claims.Expires)
            : throw Refused("CDF does not tell whose the access token is", hint: null);
    }

    /// <summary>A time as messages have it.</summary>
    internal static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private async Task<TokenInspection> InspectAsync(string project, string token, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.InspectionTimeout);
        CdfResult<TokenInspection> result;
        try
        {
            result = await clients.ForToken(project, token).Token.InspectAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unknown(string.Create(CultureInfo.InvariantCulture, $"CDF did not answer within {options.InspectionTimeout.TotalSeconds:0.#} s"));
        }

        return result.IsSuccess ? result.Value : throw Of(result.Error);
    }

    private PgException Of(CdfError error) => error.Kind switch
    {
        CdfErrorKind.Unauthorized or CdfErrorKind.BadRequest or CdfErrorKind.NotFound => Refused(
            $"CDF refuses the access token: {Words(error)}",
            $"The token must be for the scope {options.Scope}, and of the identity provider that the project trusts."),
        CdfErrorKind.Forbidden => Refused(
            $"CDF does not tell whose the access token is: {Words(error)}",
            "One of your CDF groups needs the capabilities project:list and groups:list."),
        _ => Unknown(Words(error)),
    };

    private static string Words(CdfError error) => error.RequestId is { } id ? $"{error.Message.TrimEnd('.')} (CDF request {id})" : error.Message.TrimEnd('.');

    private static PgException Refused(string message, string? hint) => Fatal(SqlState.InvalidAuthorizationSpecification, message, hint);

    private static PgException Unknown(string reason) => Fatal(
        SqlState.ConnectionFailure, $"it cannot be found out now whether the access token is good: {reason}", "Try again in a moment.");

    private static PgException Fatal(string sqlState, string message, string? hint) =>
        new(new PgError { Severity = PgSeverity.Fatal, SqlState = sqlState, Message = message, Hint = hint });
}
