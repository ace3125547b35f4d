using System.Collections.Immutable;

namespace Sluice.Gateway.Engine;

/// <summary>How the embedded PostgreSQL is found, kept and bounded.</summary>
public sealed record EngineOptions
{
    /// <summary>
    /// Where the engine keeps its cluster. Made if missing. If Sluice runs as root, <see cref="OsUser"/> must be able to enter the
    /// directories above it.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The directory of <c>postgres</c> and <c>initdb</c>; <see langword="null"/> to look in PATH and in the usual places, first for the
    /// version that an existing cluster needs, else for the newest. At least PostgreSQL 15.
    /// </summary>
    public string? BinariesDirectory { get; init; }

    /// <summary>
    /// The operating system user that the engine runs as if Sluice is root, since PostgreSQL refuses to run as root;
    /// <see langword="null"/> for the first that exists of <c>sluice</c>, <c>postgres</c> and <c>nobody</c>.
    /// </summary>
    public string? OsUser { get; init; }

    /// <summary><c>max_connections</c> of the engine: sessions of all users together, and a few of Sluice's own.</summary>
    public int MaxConnections { get; init; } = 300;

    /// <summary>Connections that one gateway user may have at a time.</summary>
    public int MaxConnectionsPerUser { get; init; } = 100;

    /// <summary><c>temp_file_limit</c>: what sorts and hashes of one session may put on disk, in MiB.</summary>
    public int TempFileLimitMegabytes { get; init; } = 4_096;

    /// <summary>Memory of its own that one session may take, in MiB; a statement that needs more is refused by the kernel and fails with 53200.</summary>
    public int SessionMemoryMegabytes { get; init; } = 1_024;

    /// <summary>How long the engine may take to start, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the engine may take to stop before it is stopped without a checkpoint.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait before the engine is started again after it died; the first wait is a hundredth of a second.</summary>
    public TimeSpan MaxRestartDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a change of a user's tables waits for locks that his sessions hold.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Further settings of PostgreSQL, e.g. <c>shared_buffers</c>. Those that Sluice depends on cannot be changed here.</summary>
    public ImmutableDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;
}
