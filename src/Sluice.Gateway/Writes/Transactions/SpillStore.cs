using System.Globalization;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// Where open transactions of the whole process keep their rows on disk, and how much they may take together. Safe for use by many at once.
/// </summary>
public sealed class SpillStore
{
    /// <summary>What one process takes at most unless told otherwise.</summary>
    public const long MaxDefaultCapacity = 16L * 1024 * 1024 * 1024;

    private const string Extension = ".rows";

    private readonly string _directory;
    private long _used;
    private long _files;

    /// <summary>Makes the directory if it is missing, for the process's owner alone, and removes what an earlier process has left there.</summary>
    /// <param name="directory">Used by one process at a time.</param>
    /// <param name="capacity">Bytes, compressed, of all transactions together; a quarter of the free disk, at most 16 GiB, if not given.</param>
    public SpillStore(string directory, long? capacity = null)
    {
        _directory = Directory.CreateDirectory(
            Path.GetFullPath(directory),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        foreach (var file in Directory.EnumerateFiles(_directory, $"*{Extension}"))
        {
            File.Delete(file);
        }

        Capacity = capacity ?? Math.Min(MaxDefaultCapacity, new DriveInfo(_directory).AvailableFreeSpace / 4);
    }

    /// <summary>Bytes that all transactions may take together.</summary>
    public long Capacity { get; }

    /// <summary>Bytes that they take now.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Rows of one transaction stay in memory up to this many bytes.</summary>
    public int MemoryPerTransaction { get; init; } = 4 * 1024 * 1024;

    /// <summary>Takes <paramref name="bytes"/>; <see langword="false"/> if there are not so many left.</summary>
    internal bool TryReserve(long bytes, bool beyondBound = false)
    {
        if (Interlocked.Add(ref _used, bytes) <= Capacity || beyondBound)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Gives <paramref name="bytes"/> back.</summary>
    internal void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    /// <summary>A new file.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    internal SpillFile Create() => SpillFile.Create(Path.Combine(
        _directory,
        $"{Environment.ProcessId}-{Interlocked.Increment(ref _files).ToString(CultureInfo.InvariantCulture)}{Extension}"));
}
