namespace Sluice.Gateway.Users.Access;

/// <summary>How often users' access to CDF is looked at.</summary>
public sealed record AccessOptions
{
    /// <summary>
    /// How old what is known may be at a login, and how often it is looked at while a user has open sessions. With <see cref="CheckTimeout"/> less than the
    /// minute within which a revocation is to be heeded.
    /// </summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a refusal is believed without asking again.</summary>
    public TimeSpan RefusalMemory { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long CDF and the identity provider may take to answer; a login waits so long at most.</summary>
    public TimeSpan CheckTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
