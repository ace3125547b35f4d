namespace Sluice.Gateway.Users.People;

/// <summary>Who may sign in with an access token of their own, and what that may cost.</summary>
public sealed record PeopleOptions
{
    /// <summary>Url names of the CDF projects whose people may; each is a user name then, whose password is the token.</summary>
    public required IReadOnlySet<string> Projects { get; init; }

    /// <summary>What clients that ask for a token by themselves are told to ask for.</summary>
    public required string Scope { get; init; }

    /// <summary>The identity provider's discovery document, for those clients.</summary>
    public string? OpenIdConfiguration { get; init; }

    /// <summary>Databases of people at a time. One more takes the place of the one that was not used for the longest time.</summary>
    public int MaximumDatabases { get; init; } = 100;

    /// <summary>How long a database is kept that nobody uses; it holds nothing that could not be made again.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long CDF may take to tell whose a token is.</summary>
    public TimeSpan InspectionTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
