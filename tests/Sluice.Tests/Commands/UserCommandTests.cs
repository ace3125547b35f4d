using System.Diagnostics;
using System.Text.Json;

namespace Sluice.Tests.Commands;

/// <summary><c>sluice user</c> beside a gateway that runs.</summary>
public sealed class UserCommandTests : IDisposable
{
    private readonly string _temporary = Directory.CreateTempSubdirectory("sluice-user-").FullName;

    public UserCommandTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            // The engine's user must be able to pass if the tests run as root.
            File.SetUnixFileMode(_temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        }
    }

    private string Data => Path.Combine(_temporary, "data");

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    [Fact]
    public async Task Options_are_set_shown_and_listed()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/postgresql"), "PostgreSQL is not installed");
        string file = Path.Combine(_temporary, "ready.json");
        using Process demo = Start("demo", "--empty", "--data-dir", Data, "--ready-file", file);
        try
        {
            while (await demo.StandardOutput.ReadLineAsync() is { } line && !line.EndsWith("Ctrl-C ends everything.", StringComparison.Ordinal))
            {
            }

            using JsonDocument ready = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            string user = ready.RootElement.GetProperty("pgUser").GetString()!;

            (int code, string output, _) = await RunAsync("set", user, "on_conflict=update", "data_set_id=7", "--data-dir", Data);
            Assert.Equal(0, code);
            Assert.StartsWith("on_conflict=update\ncreate_missing=\ndata_set_id=7\n", output, StringComparison.Ordinal);
            (code, string shown, _) = await RunAsync("show", user, "--data-dir", Data);
            Assert.Equal((0, output), (code, shown));
            (code, string listed, _) = await RunAsync("list", "--data-dir", Data);
            Assert.Equal(0, code);
            Assert.StartsWith($"{user}  demo  ", listed, StringComparison.Ordinal);
            Assert.EndsWith("  on_conflict=update data_set_id=7\n", listed, StringComparison.Ordinal);

            (code, _, string error) = await RunAsync("set", user, "on_conflict=", "data_set_id=none", "--data-dir", Data);
            Assert.Equal((1, "sluice: data_set_id cannot be none: it takes the internal id of a data set.\n"), (code, error));
            (code, string unchanged, _) = await RunAsync("show", user, "--data-dir", Data);
            Assert.Equal((0, output), (code, unchanged));
            (code, _, error) = await RunAsync("set", "nobody", "on_conflict=update", "--data-dir", Data);
            Assert.Equal((1, "sluice: There is no user nobody; sluice user list has all.\n"), (code, error));
        }
        finally
        {
            using var kill = Process.Start("kill", ["-TERM", demo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await demo.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Without_a_gateway_it_says_what_to_do()
    {
        (int code, _, string error) = await RunAsync("list", "--data-dir", Data);
        Assert.Equal(1, code);
        Assert.StartsWith("sluice: No gateway runs with its engine in ", error, StringComparison.Ordinal);
        (code, _, error) = await RunAsync("list");
        Assert.Equal(2, code);
        Assert.StartsWith("sluice: DataDirectory is not set", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using Process process = Start(["user", .. arguments]);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    private Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sluice.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = _temporary },
        })!;
}
