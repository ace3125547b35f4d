namespace Sluice.Gateway.Engine;

/// <summary>
/// How a session of one gateway user reaches the engine. There is no password: only Sluice's and the engine's own operating system
/// users can enter the socket's directory, and there a role may connect to the database of its own name alone.
/// </summary>
/// <param name="SocketDirectory">The directory of the Unix socket.</param>
/// <param name="Port">The port, which is part of the socket's name.</param>
/// <param name="Database">The user's database; its name is the username.</param>
/// <param name="Role">The user's role; its name is the username.</param>
public sealed record EngineLogin(string SocketDirectory, int Port, string Database, string Role)
{
    /// <summary>The Unix socket.</summary>
    public string SocketPath => Path.Combine(SocketDirectory, $".s.PGSQL.{Port}");
}
