using System.Collections.Concurrent;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

/// <summary>One project whose people sign in with tokens, and one good token.</summary>
internal sealed class TokensOfCarol : IAccessTokens
{
    public const string Project = "acme";
    public const string Token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYXJvbCJ9.c2ln-_~+/==";

    public ConcurrentQueue<string> Asked { get; } = new();

    public TokenDiscovery Discovery { get; init; } =
        new("https://cdf.example.com/.default", "https://login.example.com/tenant/.well-known/openid-configuration");

    public TokenMethod? MethodFor(StartupParameters parameters) => parameters.User != Project
        ? null
        : parameters.Find("test.sign_in") == "oauth" ? TokenMethod.OAuthBearer : TokenMethod.Password;

    public ValueTask<object> AuthenticateAsync(StartupParameters parameters, string token, CancellationToken cancellationToken)
    {
        Asked.Enqueue(token);
        return token switch
        {
            Token => ValueTask.FromResult<object>("carol"),
            "unreachable" => throw Fatal("08006", "nobody can tell"),
            _ => throw Fatal("28000", "the token is refused"),
        };
    }

    private static PgException Fatal(string sqlState, string message) =>
        new(new PgError { Severity = PgSeverity.Fatal, SqlState = sqlState, Message = message });
}
