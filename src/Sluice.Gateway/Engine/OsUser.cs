using System.Globalization;

namespace Sluice.Gateway.Engine;

/// <summary>An operating system user, as <c>/etc/passwd</c> has it.</summary>
internal sealed record OsUser(string Name, uint Uid, uint Gid)
{
    private static readonly string[] Preferred = ["sluice", "postgres", "nobody"];

    /// <summary>
    /// The user to run the engine as: <see langword="null"/>, which is Sluice's own, unless Sluice is root, as which PostgreSQL refuses to run.
    /// </summary>
    /// <exception cref="EngineException">There is no such user, or it is root.</exception>
    public static OsUser? ForEngine(string? configured)
    {
        if (!Libc.IsRoot)
        {
            return null;
        }

        var users = ReadPasswd();
        var names = configured is null ? Preferred : [configured];
        var user = names.Select(users.GetValueOrDefault).FirstOrDefault(u => u is not null)
            ?? throw new EngineException(
                $"Sluice runs as root and PostgreSQL must not; there is no user {string.Join(" or ", names)} to run it as. "
                + "Create one (useradd --system sluice), or start Sluice as an unprivileged user.");
        return user.Uid != 0
            ? user
            : throw new EngineException($"PostgreSQL refuses to run as root; choose another user than {user.Name} for the engine.");
    }

    /// <summary>Whether the user may pass through <paramref name="directory"/> to what lies in it.</summary>
    public bool CanEnter(DirectoryInfo directory)
    {
        if ((directory.UnixFileMode & UnixFileMode.OtherExecute) != UnixFileMode.None)
        {
            return true;
        }

        // Neither owner nor group of a file is known to .NET; that they have the right bit is the rare case, and then stat(1) is asked.
        var owner = CommandLine.Run("stat", ["-c", "%u %g", directory.FullName]).Split(' ');
        return (owner[0] == Uid.ToString(CultureInfo.InvariantCulture) && (directory.UnixFileMode & UnixFileMode.UserExecute) != UnixFileMode.None)
            || (owner[1].Trim() == Gid.ToString(CultureInfo.InvariantCulture) && (directory.UnixFileMode & UnixFileMode.GroupExecute) != UnixFileMode.None);
    }

    private static Dictionary<string, OsUser> ReadPasswd()
    {
        var users = new Dictionary<string, OsUser>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length >= 4
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var uid)
                && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var gid))
            {
                users.TryAdd(fields[0], new OsUser(fields[0], uid, gid));
            }
        }

        return users;
    }
}
