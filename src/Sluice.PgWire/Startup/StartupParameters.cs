using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>What a StartupMessage asks for (PostgreSQL manual, 55.7).</summary>
public sealed record StartupParameters
{
    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>The database; that of the user's name unless the client names one.</summary>
    public required string Database { get; init; }

    /// <summary>
    /// Settings for the session in the order in which they apply, names as the client wrote them: first those of the <c>options</c> string
    /// (<c>-c name=value</c>, <c>--name=value</c>), then the other parameters (<c>application_name</c>, <c>client_encoding</c>, <c>DateStyle</c> …).
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The minor version of protocol 3 that the client asked for; the session speaks 3.0.</summary>
    public int RequestedMinorVersion { get; init; }

    /// <summary>Protocol options (<c>_pq_.…</c>) that the client offered and that are not supported.</summary>
    public IReadOnlyList<string> UnknownProtocolOptions { get; init; } = [];

    /// <summary>The client's name for itself; empty if it gives none.</summary>
    public string ApplicationName => Find("application_name") ?? "";

    /// <summary>The encoding that the client asked for; <see langword="null"/> if it leaves it to the server.</summary>
    public string? ClientEncoding => Find("client_encoding");

    /// <summary>The last value of a setting; names are case-insensitive.</summary>
    public string? Find(string name)
    {
        for (int i = Settings.Count - 1; i >= 0; i--)
        {
            if (string.Equals(Settings[i].Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return Settings[i].Value;
            }
        }

        return null;
    }

    /// <summary>Parses the body of a StartupMessage after its version.</summary>
    /// <exception cref="PgException">FATAL: 08P01 layout; 28000 no user, or two; 0A000 replication; 22023, 42601 a bad option.</exception>
    internal static StartupParameters Parse(int version, ReadOnlySpan<byte> body)
    {
        string? user = null;
        string? database = null;
        string? options = null;
        var given = new List<KeyValuePair<string, string>>();
        var unknown = new List<string>();
        foreach (KeyValuePair<string, string> option in StartupPacket.ParseOptions(body))
        {
            switch (option.Key)
            {
                case "user":
                    user = Once(option, user, SqlState.InvalidAuthorizationSpecification);
                    break;
                case "database":
                    database = Once(option, database, SqlState.ProtocolViolation);
                    break;
                case "options":
                    options = Once(option, options, SqlState.ProtocolViolation);
                    break;
                case "replication":
                    RefuseReplication(option.Value);
                    break;
                case var name when name.StartsWith("_pq_.", StringComparison.Ordinal):
                    unknown.Add(name);
                    break;
                default:
                    given.Add(option);
                    break;
            }
        }

        if (string.IsNullOrEmpty(user))
        {
            throw StartupPacket.Fatal(
                SqlState.InvalidAuthorizationSpecification,
                "no PostgreSQL user name specified in startup packet");
        }

        List<KeyValuePair<string, string>> settings = CommandLineOptions.Parse(options ?? "");
        settings.AddRange(given);
        return new StartupParameters
        {
            User = user,
            Database = string.IsNullOrEmpty(database) ? user : database,
            Settings = settings,
            RequestedMinorVersion = version & 0xFFFF,
            UnknownProtocolOptions = unknown,
        };
    }

    private static string Once(KeyValuePair<string, string> option, string? earlier, string sqlState) =>
        earlier is null
            ? option.Value
            : throw StartupPacket.Fatal(sqlState, $"parameter \"{option.Key}\" specified more than once in startup packet");

    private static void RefuseReplication(string value)
    {
        if (value is "0" or "" || "false".StartsWith(value, StringComparison.OrdinalIgnoreCase)
            || "no".StartsWith(value, StringComparison.OrdinalIgnoreCase)
            || value.Equals("off", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        throw StartupPacket.Fatal(
            SqlState.FeatureNotSupported,
            "replication connections are not supported",
            hint: "Connect without the \"replication\" parameter.");
    }
}
