using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Sluice.Emulator;

namespace Sluice.EndToEnd.Tests.Servers;

/// <summary><c>sluice serve</c> as a process of its own, which can be killed.</summary>
internal sealed class SluiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string?> _output;

    private SluiceProcess(Process process, ConcurrentQueue<string?> output, JsonNode ready)
    {
        _process = process;
        _output = output;
        EndPoint = new IPEndPoint(IPAddress.Loopback, (int)ready["pgPort"]!);
        Api = new Uri((string)ready["apiBaseUrl"]!);
    }

    public IPEndPoint EndPoint { get; }

    public Uri Api { get; }

    /// <summary>What it has said so far: its log.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The memory that it has now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it, and returns when it serves.</summary>
    /// <param name="cdf">The CDF behind it.</param>
    /// <param name="directory">For its data.</param>
    /// <param name="settings">Further settings, by the names of their environment variables without prefix.</param>
    public static async Task<SluiceProcess> StartAsync(CdfEmulator cdf, string directory, IReadOnlyDictionary<string, string>? settings = null)
    {
        var readyFile = Path.Combine(directory, $"ready-{Guid.NewGuid():N}.json");
        var cluster = cdf.BaseUrl.GetLeftPart(UriPartial.Authority);
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "sluice.dll"), "serve", "--data-dir", Path.Combine(directory, "data"), "--cdf-url", cluster,
            "--pg-listen", "127.0.0.1:0", "--api-listen", "127.0.0.1:0", "--ready-file", readyFile,
        ];
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(directory, Path.GetFileName(readyFile));
        watcher.Created += (_, _) => served.TrySetResult();
        watcher.Renamed += (_, _) => served.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[$"SLUICE__{name}"] = value;
        }

        var process = Process.Start(start)!;
        var output = new ConcurrentQueue<string?>();
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Task.WhenAny(served.Task, process.WaitForExitAsync());
        Assert.True(served.Task.IsCompleted, string.Join('\n', output));
        return new SluiceProcess(process, output, JsonNode.Parse(await File.ReadAllTextAsync(readyFile))!);
    }

    /// <summary>SIGKILL, for this process alone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and its end.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync();
        }

        _process.Dispose();
    }
}
