namespace Sluice.Gateway.Users;

/// <summary>A place in the list of users.</summary>
/// <param name="CreatedTime">Of the user before it, to the millisecond.</param>
/// <param name="Username">Of the user before it.</param>
public sealed record UserPosition(DateTimeOffset CreatedTime, string Username);
