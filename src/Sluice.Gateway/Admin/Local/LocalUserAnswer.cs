using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Local;

/// <summary>All that is known of a user, but for secrets.</summary>
internal sealed record LocalUserAnswer(
    string Username,
    string? Name,
    string Project,
    int Version,
    string? CreatedBy,
    long CreatedTime,
    long LastUpdatedTime,
    long? SessionId,
    ApplicationAnswer? Application,
    IReadOnlyDictionary<string, string> Options)
{
    public static LocalUserAnswer Of(GatewayUser user, ApplicationAnswer? application = null) => new(
        user.Username,
        user.Name,
        user.Project,
        user.Version,
        user.CreatedBy,
        user.CreatedTime.ToUnixTimeMilliseconds(),
        user.LastUpdatedTime.ToUnixTimeMilliseconds(),
        user.SessionId,
        application,
        UserOption.All
            .Select(option => (option.Name, Value: option.Get(user.Options)))
            .Where(option => option.Value is not null)
            .ToDictionary(option => option.Name, option => option.Value!, StringComparer.Ordinal));
}

/// <summary>The application as which a user acts in CDF.</summary>
internal sealed record ApplicationAnswer(string ClientId, string TokenUrl, string? Scopes);
