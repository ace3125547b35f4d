using System.Globalization;
using System.Text.RegularExpressions;

namespace Sluice.Gateway.Engine;

/// <summary>An installation of the PostgreSQL server.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    private const int Minimum = 15;

    private const string HowToInstall = "Install PostgreSQL 15 or newer (Debian, Ubuntu: apt install postgresql), or say where its binaries are.";

    /// <summary>The server.</summary>
    public string Postgres => Path.Combine(Directory, "postgres");

    /// <summary>The program that makes a cluster.</summary>
    public string InitDb => Path.Combine(Directory, "initdb");

    /// <summary>
    /// The installation to use: that of <paramref name="clusterMajor"/> for a cluster that exists, else the newest.
    /// </summary>
    /// <exception cref="EngineException">There is none that fits.</exception>
    public static PostgresBinaries Find(string? configured, int? clusterMajor)
    {
        var found = (configured is null ? Places() : [configured])
            .Where(directory => File.Exists(Path.Combine(directory, "postgres")) && File.Exists(Path.Combine(directory, "initdb")))
            .Select(RealDirectory)
            .Distinct(StringComparer.Ordinal)
            .Select(directory => new PostgresBinaries(directory, MajorOf(directory)))
            .ToList();
        if (configured is not null && found.Count == 0)
        {
            throw new EngineException($"There is no PostgreSQL server (postgres and initdb) in {configured}.");
        }

        if (clusterMajor is { } major)
        {
            return found.Find(b => b.Major == major)
                ?? throw new EngineException(
                    $"The engine's data directory was made by PostgreSQL {major}, which is not installed{Describe(found)}. "
                    + $"Install it (Debian, Ubuntu: apt install postgresql-{major}).");
        }

        var newest = found.MaxBy(b => b.Major) ?? throw new EngineException($"PostgreSQL is not installed. {HowToInstall}");
        return newest.Major >= Minimum
            ? newest
            : throw new EngineException($"PostgreSQL is too old{Describe(found)}. {HowToInstall}");
    }

    private static string Describe(List<PostgresBinaries> found) =>
        found.Count == 0 ? "" : $" (found: {string.Join(", ", found.Select(b => $"{b.Major} in {b.Directory}"))})";

    private static IEnumerable<string> Places() => CommandLine.SearchPath
        .Concat(Below("/usr/lib/postgresql", "*", "bin"))
        .Concat(Below("/usr", "pgsql-*", "bin"))
        .Concat(Below("/usr/libexec", "postgresql*", ""))
        .Append("/usr/local/pgsql/bin");

    private static IEnumerable<string> Below(string directory, string pattern, string sub) => System.IO.Directory.Exists(directory)
        ? System.IO.Directory.EnumerateDirectories(directory, pattern).Select(d => Path.Combine(d, sub))
        : [];

    /// <summary>PATH often holds links to one of the versions.</summary>
    private static string RealDirectory(string directory)
    {
        var postgres = new FileInfo(Path.Combine(directory, "postgres"));
        return Path.GetDirectoryName(postgres.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? postgres.FullName)!;
    }

    private static int MajorOf(string directory)
    {
        var text = CommandLine.Run(Path.Combine(directory, "postgres"), ["--version"]);
        var match = Version().Match(text);
        return match.Success
            ? int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture)
            : throw new EngineException($"Cannot tell the version of PostgreSQL in {directory} from \"{text.Trim()}\".");
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Version();
}
