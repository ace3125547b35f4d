using System.Collections.Concurrent;

namespace Sluice.Emulator.Identity;

/// <summary>The applications that the identity provider knows, by client id.</summary>
internal sealed class ApplicationDirectory
{
    private readonly ConcurrentDictionary<string, Application> _applications = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<Application> All => _applications.Values;

    public Application? Find(string clientId) => _applications.GetValueOrDefault(clientId);

    public void Put(Application application) => _applications[application.ClientId] = application;

    public bool Remove(string clientId) => _applications.TryRemove(clientId, out _);

    /// <summary>Checks a client id and secret as the token endpoint does; the exception carries Entra ID's own error.</summary>
    public Application Authenticate(string clientId, string secret, string tenant, DateTimeOffset now)
    {
        var application = Find(clientId) ?? throw TokenError.UnknownApplication(clientId, tenant);
        var match = application.Secrets.FirstOrDefault(s => s.Value == secret)
            ?? throw TokenError.WrongSecret(application.ClientId);
        return match.Expires <= now ? throw TokenError.ExpiredSecret(application.ClientId) : application;
    }
}
