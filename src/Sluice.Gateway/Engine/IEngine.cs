using Npgsql;

namespace Sluice.Gateway.Engine;

/// <summary>
/// The PostgreSQL that computes: one database per gateway user, and database <c>sluice</c> with Sluice's own data.
/// What is asked for here is all that the rest of Sluice knows of it, whether it is a child process or a server elsewhere.
/// </summary>
public interface IEngine
{
    /// <summary>The directory of the engine's Unix sockets. Only Sluice and the engine's own user can enter it.</summary>
    string SocketDirectory { get; }

    /// <summary>The port, which is part of the socket's name.</summary>
    int Port { get; }

    /// <summary>The directory of the cluster, where its files can be looked at from here; <see langword="null"/> for a server elsewhere.</summary>
    string? ClusterDirectory { get; }

    /// <summary>Database <c>sluice</c>, as its owner, pooled.</summary>
    NpgsqlDataSource Database { get; }

    /// <summary>Returns when the engine takes connections: at once, or after its start or restart.</summary>
    /// <exception cref="EngineException">The engine was stopped.</exception>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken);
}
