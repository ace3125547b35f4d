using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users.Access;

/// <summary>What a client is told of its user's access to CDF.</summary>
public static class AccessErrors
{
    /// <summary>FATAL 28000: the access is gone.</summary>
    public static PgError Lost(string username, string reason) => new()
    {
        Severity = PgSeverity.Fatal,
        SqlState = SqlState.InvalidAuthorizationSpecification,
        Message = $"user \"{username}\" has no access to CDF any more: {reason}",
        Hint = "An administrator gives the credentials their access back, or gives the user other credentials (POST .../postgresgateway/update).",
    };

    /// <summary>WARNING: it is not known whether there is access.</summary>
    public static PgError Unknown(string reason) => new()
    {
        Severity = PgSeverity.Warning,
        SqlState = SqlState.Warning,
        Message = $"CDF cannot be used now: {reason}",
        Hint = "Reads and writes of CDF tables fail with 08006 until it can.",
    };

    /// <summary>NOTICE: the credentials are about to end.</summary>
    public static PgError EndsSoon(string announcement) => new()
    {
        Severity = PgSeverity.Notice,
        SqlState = SqlState.SuccessfulCompletion,
        Message = announcement,
        Hint = "An administrator gives the user new credentials before (POST .../postgresgateway/update).",
    };
}
