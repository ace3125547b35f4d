namespace Sluice.Gateway.Engine;

/// <summary>Makes the PostgreSQL cluster (initdb).</summary>
internal static class ClusterInitializer
{
    /// <summary>
    /// Makes the cluster beside its place and moves it there when it is whole, so that a start that was interrupted leaves nothing half done.
    /// Strings sort by their bytes of UTF-8, which is what an exact order can be asked for (C.UTF-8).
    /// </summary>
    /// <exception cref="EngineException">initdb failed.</exception>
    public static void Run(PostgresBinaries binaries, EngineDirectories directories, OsUser? owner, bool sync)
    {
        var unfinished = directories.Cluster + ".new";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        if (Directory.Exists(directories.Cluster) && Directory.EnumerateFileSystemEntries(directories.Cluster).Any())
        {
            throw new EngineException(
                $"{directories.Cluster} is neither empty nor a PostgreSQL cluster. Remove it, or choose another data directory.");
        }

        directories.MakeOwn(unfinished);
        CommandLine.Run(CommandLine.As(
            owner,
            binaries.InitDb,
            [
                "--pgdata", unfinished, "--username", EngineRoles.Superuser, "--encoding", "UTF8", "--locale", "C.UTF-8",
                "--auth", "trust", "--no-instructions", .. (string[])(sync ? [] : ["--no-sync"]),
            ],
            tied: false));
        if (Directory.Exists(directories.Cluster))
        {
            Directory.Delete(directories.Cluster);
        }

        Directory.Move(unfinished, directories.Cluster);
    }

    /// <summary>Writes who may connect as whom.</summary>
    public static async Task WriteAuthenticationAsync(EngineDirectories directories, OsUser? owner, CancellationToken cancellationToken)
    {
        var file = Path.Combine(directories.Cluster, "pg_hba.conf");
        await File.WriteAllTextAsync(file, EngineSettings.HostBasedAuthentication, cancellationToken);
        Libc.ChangeOwner(file, owner);
    }
}
