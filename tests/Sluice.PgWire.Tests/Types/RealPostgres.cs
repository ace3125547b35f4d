using System.Diagnostics;
using Sluice.PgWire.Tests.Types;

[assembly: AssemblyFixture(typeof(RealPostgres))]

namespace Sluice.PgWire.Tests.Types;

/// <summary>A PostgreSQL server of this machine in a directory of its own, started by the first test that asks for it.</summary>
public sealed class RealPostgres : IAsyncDisposable
{
    private const string ServerUser = "postgres";

    private readonly Lazy<Task<string>> _start;
    private string? _directory;
    private Process? _server;

    public RealPostgres() => _start = new Lazy<Task<string>>(StartAsync);

    /// <summary>A connection to the server. The test is skipped if no PostgreSQL is installed here.</summary>
    public async Task<PlainConnection> OpenAsync()
    {
        Assert.SkipWhen(BinaryDirectory is null, "No PostgreSQL is installed under /usr/lib/postgresql.");
        return await PlainConnection.OpenAsync(await _start.Value, ServerUser);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null || _directory is null)
        {
            return;
        }

        await RunAsync("pg_ctl", "-D", Path.Combine(_directory, "data"), "-m", "immediate", "-w", "stop");
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string? BinaryDirectory { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql")
            .OrderBy(d => int.TryParse(Path.GetFileName(d), out int version) ? version : int.MaxValue)
            .Select(d => Path.Combine(d, "bin")).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
        : null;

    private async Task<string> StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("sluice-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            using Process chown = Process.Start("chown", [ServerUser, _directory]);
            await chown.WaitForExitAsync();
        }

        string data = Path.Combine(_directory, "data");
        await RunAsync("initdb", "-D", data, "-U", ServerUser, "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "-N");
        _server = Process.Start(Command(
            "postgres", "-D", data, "-k", _directory, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "timezone=UTC", "-c", "lc_messages=C"))!;
        await ReadyAsync(_server);
        return _directory;
    }

    /// <summary>Waits for the server's own word that it is ready, and then reads on, lest it block on a full pipe.</summary>
    private static async Task ReadyAsync(Process server)
    {
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> log = [];
        server.ErrorDataReceived += (_, line) =>
        {
            log.Add(line.Data ?? "");
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("PostgreSQL did not start: " + string.Join('\n', log)));
            }
            else if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        server.BeginErrorReadLine();
        server.OutputDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        await ready.Task;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(Command(program, arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} failed: {error}");
    }

    /// <summary>PostgreSQL's programs refuse to run as root.</summary>
    private static ProcessStartInfo Command(string program, params string[] arguments)
    {
        string path = Path.Combine(BinaryDirectory!, program);
        bool isRoot = Environment.IsPrivilegedProcess;
        string[] prefix = isRoot ? [$"--reuid={ServerUser}", $"--regid={ServerUser}", "--clear-groups", path] : [];
        return new ProcessStartInfo(isRoot ? "setpriv" : path, [.. prefix, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
    }
}
