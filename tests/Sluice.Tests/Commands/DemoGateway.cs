using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sluice.Tests.Commands;

[assembly: AssemblyFixture(typeof(DemoGateway))]

namespace Sluice.Tests.Commands;

/// <summary>A gateway and a local CDF as <c>sluice demo --empty</c> runs them, and the program beside it.</summary>
public sealed class DemoGateway : IAsyncLifetime
{
    private static readonly bool PostgresIsInstalled = Directory.Exists("/usr/lib/postgresql");

    private Process? _demo;

    /// <summary>For the files of tests.</summary>
    public string Temporary { get; } = Directory.CreateTempSubdirectory("sluice-commands-").FullName;

    public string Data => Path.Combine(Temporary, "data");

    /// <summary>What <c>--ready-file</c> says.</summary>
    public JsonElement Ready { get; private set; }

    /// <summary>Arguments with which the local CDF's application is a user's, its secret in the environment of <see cref="RunAsync"/>.</summary>
    public string[] Credentials => ["--client-id", Get("clientId"), "--client-secret-env", "DEMO_SECRET", "--token-url", Get("tokenUrl"), "--scopes", Get("scope")];

    public string Get(string name) => Ready.GetProperty(name).GetString()!;

    public async ValueTask InitializeAsync()
    {
        // The engine's user must be able to pass if the tests run as root.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        }

        if (!PostgresIsInstalled)
        {
            return;
        }

        string file = Path.Combine(Temporary, "ready.json");
        _demo = Start(["demo", "--empty", "--data-dir", Data, "--ready-file", file], input: false);
        while (await _demo.StandardOutput.ReadLineAsync() is { } line && !line.EndsWith("Ctrl-C ends everything.", StringComparison.Ordinal))
        {
        }

        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Ready = ready.RootElement.Clone();
    }

    /// <summary>Runs the program with the gateway's data directory.</summary>
    public Task<Outcome> RunAsync(params string[] arguments) => RunWithInputAsync(input: null, arguments);

    /// <summary>Runs the program with the gateway's data directory, and something to read.</summary>
    public Task<Outcome> RunWithInputAsync(string? input, params string[] arguments)
    {
        Assert.SkipUnless(PostgresIsInstalled, "PostgreSQL is not installed");
        return RunAloneAsync(input, [.. arguments, "--data-dir", Data]);
    }

    /// <summary>Runs the program.</summary>
    public async Task<Outcome> RunAloneAsync(string? input, params string[] arguments)
    {
        using Process process = Start(arguments, input: true);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Outcome(process.ExitCode, output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_demo is not null)
        {
            using var kill = Process.Start("kill", ["-TERM", _demo.Id.ToString(CultureInfo.InvariantCulture)]);
            await _demo.WaitForExitAsync();
            _demo.Dispose();
        }

        Directory.Delete(Temporary, recursive: true);
    }

    private Process Start(string[] arguments, bool input)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sluice.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = input,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = Temporary },
        };
        if (Ready.ValueKind == JsonValueKind.Object)
        {
            start.Environment["DEMO_SECRET"] = Get("clientSecret");
        }

        return Process.Start(start)!;
    }
}

/// <summary>What a program said and ended with.</summary>
public sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>The output of a program that succeeded.</summary>
    public string Succeeded
    {
        get
        {
            Assert.True(Code == 0, Error);
            return Output;
        }
    }

    /// <summary>The output of a program that succeeded, as JSON.</summary>
    public JsonElement Json => JsonElement.Parse(Succeeded);
}
