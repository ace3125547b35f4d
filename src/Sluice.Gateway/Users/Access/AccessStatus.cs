namespace Sluice.Gateway.Users.Access;

/// <summary>Whether a gateway user's credentials still give access to CDF.</summary>
public enum AccessStatus
{
    /// <summary>They do.</summary>
    Granted,

    /// <summary>They do not, and whoever was asked has said so.</summary>
    Lost,

    /// <summary>Nobody who could tell can be reached: nothing is taken away for that.</summary>
    Unknown,
}
