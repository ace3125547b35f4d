using System.Globalization;

namespace Sluice.Gateway.Engine;

/// <summary>The settings of the embedded PostgreSQL. They are given on its command line, so that nothing in the cluster overrides them.</summary>
internal static class EngineSettings
{
    /// <summary>Part of the name of the engine's socket.</summary>
    public const int Port = 5432;

    /// <summary>Part of the name of the socket that the engine's foreign tables read from.</summary>
    public const int ScanPort = 5433;

    /// <summary>What separates the fields that stand before each line of the log.</summary>
    public const char LogSeparator = '|';

    /// <summary>
    /// Who may connect as whom. Nobody but Sluice's and the engine's operating system users gets into the directory of the socket
    /// (mode 0700), which is what keeps strangers out, so nothing is asked of a connection; but whatever a session is made to do, a
    /// user's role gets into no database but his own.
    /// </summary>
    public static string HostBasedAuthentication { get; } =
        $"""
        # Written by Sluice at each start.
        local  all       {EngineRoles.Superuser}  trust
        local  all       {EngineRoles.Owner}  trust
        local  sameuser  all  trust

        """;

    /// <summary>Arguments for <c>postgres</c>. Those that Sluice depends on come last and so win.</summary>
    public static IEnumerable<string> Arguments(EngineOptions options, EngineDirectories directories)
    {
        yield return "-D";
        yield return directories.Cluster;
        foreach (var (name, value) in options.Settings.Concat(Required(options, directories)))
        {
            yield return "-c";
            yield return $"{name}={value}";
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Required(EngineOptions options, EngineDirectories directories) =>
    [
        new("listen_addresses", ""),
        new("unix_socket_directories", directories.Runtime),
        new("unix_socket_permissions", "0700"),
        new("port", Port.ToString(CultureInfo.InvariantCulture)),
        new("hba_file", Path.Combine(directories.Cluster, "pg_hba.conf")),
        new("ssl", "off"),
        new("max_connections", options.MaxConnections.ToString(CultureInfo.InvariantCulture)),

        // The locks of one user must not use up the table of all before his sessions are ended for them (SessionWatch).
        new("max_locks_per_transaction", "512"),
        new("max_prepared_transactions", "0"),
        new("temp_file_limit", $"{options.TempFileLimitMegabytes}MB"),

        // A thousand databases have half a million files: a crash must not cost a look at each.
        new("recovery_init_sync_method", "syncfs"),
        new("autovacuum_naptime", "5min"),
        new("wal_level", "minimal"),
        new("max_wal_senders", "0"),
        new("jit", "off"),
        new("timezone", "UTC"),
        new("log_timezone", "UTC"),
        new("lc_messages", "C"),
        new("cluster_name", "sluice"),

        // No statement and no row value reaches the log: no ERROR (they quote values), no DETAIL, no statement.
        new("log_destination", "stderr"),
        new("logging_collector", "off"),
        new("log_line_prefix", $"%b{LogSeparator}%e{LogSeparator}"),
        new("log_min_messages", "log"),
        new("log_min_error_statement", "panic"),
        new("log_error_verbosity", "terse"),
        new("log_statement", "none"),
        new("log_min_duration_statement", "-1"),
        new("log_duration", "off"),
        new("log_connections", "off"),
        new("log_disconnections", "off"),
        new("log_checkpoints", "off"),
        new("log_lock_waits", "off"),
        new("log_temp_files", "-1"),
        new("log_autovacuum_min_duration", "-1"),
    ];
}
