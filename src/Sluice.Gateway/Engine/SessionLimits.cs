namespace Sluice.Gateway.Engine;

/// <summary>What the sessions of one user may take of the engine together.</summary>
public sealed record SessionLimits
{
    /// <summary>Locks, which PostgreSQL keeps for all databases in one table.</summary>
    public long Locks { get; init; } = 20_000;

    /// <summary>Private memory in MiB.</summary>
    public long MemoryMegabytes { get; init; } = 2_048;

    /// <summary>Processor time of the statements that run now.</summary>
    public TimeSpan ComputeTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Notifications that were sent and that a listening session has not read yet, of all users, in MiB. PostgreSQL keeps up to 8 GiB of them.</summary>
    public long NotificationMegabytes { get; init; } = 64;
}
