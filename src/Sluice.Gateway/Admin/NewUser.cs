using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>What a user is made of who is not there yet.</summary>
public sealed record NewUser
{
    /// <summary>Url name of the CDF project.</summary>
    public required string Project { get; init; }

    /// <summary>What an administrator calls him, by <see cref="UserNames"/>; null for nothing.</summary>
    public string? Name { get; init; }

    /// <summary>As which he acts in CDF.</summary>
    public required GivenCredentials Credentials { get; init; }

    /// <summary>What an administrator decides for him.</summary>
    public UserOptions Options { get; init; } = UserOptions.Default;

    /// <summary>The gateway's version, 1 or 2, whose tables and columns he sees.</summary>
    public int Version { get; init; } = 2;

    /// <summary>Who makes him, by the subject of a token; in version 1 nobody else changes his tables.</summary>
    public string? CreatedBy { get; init; }
}
