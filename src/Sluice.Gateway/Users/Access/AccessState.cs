namespace Sluice.Gateway.Users.Access;

/// <summary>What a check of a user's access to CDF has found.</summary>
/// <param name="Status">Whether there is access.</param>
/// <param name="Reason">Why there is none, or why nobody knows, with the words of whoever was asked; empty if there is.</param>
public sealed record AccessState(AccessStatus Status, string Reason)
{
    /// <summary>The credentials work.</summary>
    public static AccessState Granted { get; } = new(AccessStatus.Granted, string.Empty);

    /// <summary>Access is gone.</summary>
    public static AccessState Lost(string reason) => new(AccessStatus.Lost, reason);

    /// <summary>It cannot be known now.</summary>
    public static AccessState Unknown(string reason) => new(AccessStatus.Unknown, reason);
}
