using System.Diagnostics;
using System.Globalization;

namespace Sluice.Gateway.Engine;

/// <summary>Runs programs: to their end, or prepared so that they run as the engine's user and die with Sluice.</summary>
internal static class CommandLine
{
    private static readonly string[] UsualPlaces = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The directories in which programs are looked for.</summary>
    public static IEnumerable<string> SearchPath =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(UsualPlaces).Distinct(StringComparer.Ordinal);

    /// <summary>The full path of <paramref name="program"/>, or <see langword="null"/> if it is nowhere.</summary>
    public static string? Find(string program) => SearchPath.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs <paramref name="program"/> and returns what it wrote to its standard output.</summary>
    /// <exception cref="EngineException">It could not be started, or failed.</exception>
    public static string Run(string program, IEnumerable<string> arguments) => Run(new ProcessStartInfo(program, arguments));

    /// <summary>Runs <paramref name="start"/> to its end and returns its standard output.</summary>
    /// <exception cref="EngineException">It could not be started, or failed: with what it said.</exception>
    public static string Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var process = Start(start);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new EngineException($"{start.FileName} failed: {error.GetAwaiter().GetResult().Trim()}");
    }

    /// <summary>Starts <paramref name="start"/>.</summary>
    /// <exception cref="EngineException">It could not be started.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new EngineException($"{start.FileName} did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new EngineException($"cannot start {start.FileName}: {e.Message}", e);
        }
    }

    /// <summary>
    /// How to run <paramref name="program"/> as <paramref name="user"/> (Sluice's own if <see langword="null"/>), with nothing of Sluice's
    /// environment but PATH. With <paramref name="tied"/> it is asked to stop (SIGINT) when the thread that starts it ends, and the
    /// terminal's Ctrl-C does not reach it. Each of its processes gets no more than <paramref name="maxMegabytes"/> of private memory from the kernel, if that is
    /// given, and leaves no memory on disk should it crash.
    /// </summary>
    /// <exception cref="EngineException">Sluice is root, and there is no <c>setpriv</c>; memory is to be bounded, and there is no <c>prlimit</c>.</exception>
    public static ProcessStartInfo As(OsUser? user, string program, IEnumerable<string> arguments, bool tied, int? maxMegabytes = null)
    {
        List<string> line = [];
        if (maxMegabytes is { } megabytes)
        {
            var prlimit = Find("prlimit") ?? throw new EngineException(
                "Sluice needs prlimit (package util-linux) to bound the memory of PostgreSQL's sessions. Install it.");
            line.AddRange([prlimit, string.Create(CultureInfo.InvariantCulture, $"--data={megabytes * 1_048_576L}"), "--core=0"]);
        }

        if (Find("setpriv") is { } setpriv)
        {
            line.AddRange([setpriv, "--no-new-privs"]);
            if (user is not null)
            {
                line.AddRange([$"--reuid={user.Uid}", $"--regid={user.Gid}", "--clear-groups"]);
            }

            if (tied)
            {
                line.AddRange(["--pdeathsig", "INT"]);
            }
        }
        else if (user is not null)
        {
            throw new EngineException(
                "Sluice runs as root and needs setpriv (package util-linux) to start PostgreSQL as another user. "
                + "Install it, or start Sluice as an unprivileged user.");
        }

        if (tied && Find("setsid") is { } setsid)
        {
            line.Add(setsid);
        }

        line.Add(program);
        line.AddRange(arguments);
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', SearchPath);
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        return start;
    }
}
