using System.Globalization;

namespace Sluice.Gateway.Engine;

/// <summary>
/// What the engine's sessions have on disk that PostgreSQL counts in no database's size: temporary files of sorts and hashes, the number of files, and
/// notifications that nobody has read. Files come and go while they are looked at.
/// </summary>
/// <param name="cluster">The cluster's directory.</param>
internal sealed class EngineFiles(string cluster)
{
    // The head of an entry of the queue (async.c, AsyncQueueEntry): length, database.
    private const int DatabaseOffset = sizeof(int);
    private const int PageSize = 8_192;

    private const string TemporaryPrefix = "pgsql_tmp";

    /// <summary>The bytes of temporary files, by the process that made them.</summary>
    public Dictionary<int, long> TemporaryBytes()
    {
        var sizes = new Dictionary<int, long>();
        foreach (var entry in Entries(new DirectoryInfo(Path.Combine(cluster, "base", TemporaryPrefix))))
        {
            // pgsql_tmpPID.N, or pgsql_tmpPID.N.fileset, a directory that parallel workers share.
            var name = entry.Name.AsSpan(Math.Min(TemporaryPrefix.Length, entry.Name.Length));
            if (name.IndexOf('.') is > 0 and var end && int.TryParse(name[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var processId))
            {
                var bytes = entry is DirectoryInfo shared ? Entries(shared).Sum(Length) : Length(entry);
                sizes[processId] = sizes.GetValueOrDefault(processId) + bytes;
            }
        }

        return sizes;
    }

    /// <summary>How many files database <paramref name="oid"/> has.</summary>
    public int CountOf(uint oid) => Entries(new DirectoryInfo(Path.Combine(cluster, "base", oid.ToString(CultureInfo.InvariantCulture)))).Count;

    /// <summary>The database from which most of the queued notifications are, as far as they are on disk; 0 if none is.</summary>
    public uint LargestNotifier() => Entries(new DirectoryInfo(Path.Combine(cluster, "pg_notify")))
        .OfType<FileInfo>()
        .SelectMany(Notifiers)
        .Where(oid => oid != 0)
        .GroupBy(oid => oid)
        .OrderByDescending(pages => pages.Count())
        .Select(pages => pages.Key)
        .FirstOrDefault();

    /// <summary>The database of the first notification on each page.</summary>
    private static List<uint> Notifiers(FileInfo segment)
    {
        var notifiers = new List<uint>();
        try
        {
            using var file = segment.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> oid = stackalloc byte[sizeof(uint)];
            for (long page = 0; page + PageSize <= file.Length; page += PageSize)
            {
                file.Position = page + DatabaseOffset;
                file.ReadExactly(oid);
                notifiers.Add(BitConverter.ToUInt32(oid));
            }
        }
        catch (IOException)
        {
            // The queue has been read meanwhile, and the file is gone.
        }

        return notifiers;
    }

    private static List<FileSystemInfo> Entries(DirectoryInfo directory)
    {
        try
        {
            return [.. directory.EnumerateFileSystemInfos()];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static long Length(FileSystemInfo entry)
    {
        try
        {
            return entry is FileInfo file ? file.Length : 0;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
