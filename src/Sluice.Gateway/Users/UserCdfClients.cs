using System.Collections.Concurrent;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tokens;

namespace Sluice.Gateway.Users;

/// <summary>The CDF clients of the gateway users: one for each, shared by all its sessions, so that its tokens are fetched once.</summary>
public sealed class UserCdfClients
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly CdfHttp _http;
    private readonly CredentialProtector _protector;
    private readonly ITokenSource _serviceTokens;

    /// <summary>Makes no client yet.</summary>
    /// <param name="http">The way to the cluster.</param>
    /// <param name="protector">Opens credentials.</param>
    /// <param name="serviceTokens">Sluice's own tokens, with which it asks CDF for those of a session.</param>
    public UserCdfClients(CdfHttp http, CredentialProtector protector, ITokenSource serviceTokens)
    {
        _http = http;
        _protector = protector;
        _serviceTokens = serviceTokens;
    }

    /// <summary>The client of <paramref name="user"/>. When his credentials change it goes on with the new ones, in open sessions too.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">His stored credentials cannot be opened.</exception>
    public CdfClient For(GatewayUser user) => EntryOf(user).Client;

    /// <summary>The tokens of the client of <paramref name="user"/>.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">His stored credentials cannot be opened.</exception>
    public ITokenSource TokensOf(GatewayUser user) => EntryOf(user).Tokens;

    /// <summary>The client of <paramref name="user"/>, whose <paramref name="session"/> has just been bound: its first token is used.</summary>
    public CdfClient For(GatewayUser user, BoundSession session) =>
        Keep(user, new SessionTokenSource(Sessions(user.Project), session, _http.Time)).Client;

    /// <summary>A client with the credentials that <paramref name="user"/> had, which are not his any more.</summary>
    public CdfClient ForFormer(GatewayUser user) => _http.CreateClient(user.Project, TokenSource(user));

    /// <summary>The client of an application whose credentials are being tried.</summary>
    public (CdfClient Client, ITokenSource Tokens) For(string project, ApplicationCredentials credentials)
    {
        var tokens = TokenSource(credentials);
        return (_http.CreateClient(project, tokens), tokens);
    }

    /// <summary>The client of a caller who brings a token of his own.</summary>
    public CdfClient ForToken(string project, string token) => _http.CreateClient(project, new StaticTokenSource(token));

    /// <summary>Sluice's own access to the sessions of <paramref name="project"/>.</summary>
    public SessionsApi Sessions(string project) => _http.CreateClient(project, _serviceTokens).Sessions;

    /// <summary>Forgets a user who is gone.</summary>
    public void Forget(string username) => _entries.TryRemove(username, out _);

    private Entry EntryOf(GatewayUser user) =>
        _entries.TryGetValue(user.Username, out var entry) && entry.Tokens.Version >= user.LastUpdatedTime ? entry : Keep(user, TokenSource(user));

    private Entry Keep(GatewayUser user, ITokenSource tokens)
    {
        var entry = _entries.GetOrAdd(user.Username, _ =>
        {
            var source = new ReplaceableTokenSource(user.LastUpdatedTime, tokens);
            return new Entry(source, _http.CreateClient(user.Project, source));
        });
        entry.Tokens.Replace(user.LastUpdatedTime, tokens);
        return entry;
    }

    private ITokenSource TokenSource(GatewayUser user) => _protector.Unprotect(user.Username, user.Credentials) switch
    {
        SessionCredentials session => new SessionTokenSource(Sessions(user.Project), session.SessionId, session.SessionKey, _http.Time),
        ApplicationCredentials application => TokenSource(application),
        var other => throw new InvalidOperationException($"Credentials of an unknown kind: {other.GetType().Name}."),
    };

    private ClientCredentialsTokenSource TokenSource(ApplicationCredentials application) => new(_http, new ClientCredentials
    {
        TokenUrl = application.TokenUrl,
        ClientId = application.ClientId,
        ClientSecret = application.ClientSecret,
        Scopes = application.Scopes,
    });

    private sealed record Entry(ReplaceableTokenSource Tokens, CdfClient Client);
}
