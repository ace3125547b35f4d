using System.Globalization;

namespace Sluice.Gateway.Engine;

/// <summary>The engine's places on disk. All belong to the engine's user and are closed to everybody else.</summary>
internal sealed class EngineDirectories : IDisposable
{
    /// <summary>Sizeof sun_path on Linux is 108, one of them a NUL.</summary>
    private const int LongestSocketPath = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;
    private readonly OsUser? _owner;
    private readonly bool _removeRuntime;

    private EngineDirectories(string data, FileStream heldLock, OsUser? owner)
    {
        _lock = heldLock;
        _owner = owner;
        Cluster = Path.Combine(data, "cluster");
        Runtime = Path.Combine(data, "run");
        if (SocketPath(Runtime).Length > LongestSocketPath)
        {
            // TMPDIR may be deep as well.
            var temporary = Directory.CreateTempSubdirectory("sluice-").FullName;
            if (SocketPath(temporary).Length > LongestSocketPath)
            {
                Directory.Delete(temporary);
                temporary = CommandLine.Run("mktemp", ["-d", "/tmp/sluice-XXXXXX"]).TrimEnd('\n');
            }

            Runtime = temporary;
            _removeRuntime = true;
        }
    }

    /// <summary>The PostgreSQL data directory.</summary>
    public string Cluster { get; }

    /// <summary>Where the sockets are: in the data directory, or in a short temporary one where that is too deep for a socket.</summary>
    public string Runtime { get; }

    /// <summary>The major version of the cluster that exists, or <see langword="null"/>.</summary>
    public int? ClusterMajor
    {
        get
        {
            var file = Path.Combine(Cluster, "PG_VERSION");
            return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
        }
    }

    /// <summary>Takes the data directory for this process and makes what is missing.</summary>
    /// <exception cref="EngineException">Another Sluice has it, or the engine's user cannot reach it.</exception>
    public static EngineDirectories Open(string dataDirectory, OsUser? owner)
    {
        var data = Path.GetFullPath(dataDirectory);
        FileStream heldLock;
        try
        {
            Directory.CreateDirectory(data);
            CheckReachable(data, owner);
            heldLock = new FileStream(Path.Combine(data, "engine.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (Directory.Exists(data))
        {
            throw new EngineException(
                $"The engine's data directory {data} is in use by another Sluice. Stop that one, or choose another directory.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"Cannot use {data} as the engine's data directory: {e.Message}", e);
        }

        try
        {
            var directories = new EngineDirectories(data, heldLock, owner);
            directories.MakeOwn(directories.Runtime);
            return directories;
        }
        catch
        {
            heldLock.Dispose();
            throw;
        }
    }

    /// <summary>Makes a directory of the engine's user, closed to others.</summary>
    public void MakeOwn(string directory)
    {
        Directory.CreateDirectory(directory, OwnerOnly);
        File.SetUnixFileMode(directory, OwnerOnly);
        Libc.ChangeOwner(directory, _owner);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_removeRuntime && Directory.Exists(Runtime))
        {
            Directory.Delete(Runtime, recursive: true);
        }

        _lock.Dispose();
    }

    private static string SocketPath(string directory) => Path.Combine(directory, ".s.PGSQL.65535.lock");

    private static void CheckReachable(string data, OsUser? owner)
    {
        for (var directory = new DirectoryInfo(data); owner is not null && directory is not null; directory = directory.Parent)
        {
            if (!owner.CanEnter(directory))
            {
                throw new EngineException(
                    $"Sluice runs as root, so the engine runs as user {owner.Name}, who cannot enter {directory.FullName}. "
                    + $"Choose another data directory, e.g. /var/lib/sluice, or let others pass (chmod o+x {directory.FullName}).");
            }
        }
    }
}
