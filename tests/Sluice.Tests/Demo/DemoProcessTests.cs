using System.Diagnostics;
using System.Text.Json;

namespace Sluice.Tests.Demo;

/// <summary>The demo as a user runs it: a process of its own.</summary>
public sealed class DemoProcessTests : IDisposable
{
    private static readonly string[] ReadyKeys =
    [
        "pgHost", "pgPort", "pgUser", "pgPassword", "pgCaFile", "apiBaseUrl", "cdfBaseUrl", "faultsUrl", "project", "tokenUrl", "clientId",
        "clientSecret", "scope",
    ];

    private readonly string _temporary = Directory.CreateTempSubdirectory("sluice-demo-").FullName;

    public DemoProcessTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            // The engine's user must be able to pass if the tests run as root.
            File.SetUnixFileMode(_temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        }
    }

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    [Fact]
    public async Task The_demo_loads_every_row_counts_them_in_cdf_and_leaves_nothing_behind()
    {
        using Process process = Start("--once");
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Every row of the files is in CDF.", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temporary));
    }

    [Fact]
    public async Task An_empty_demo_says_how_to_connect_and_ends_at_SIGTERM_whatever_runs()
    {
        string file = Path.Combine(_temporary, "ready.json");
        using Process process = Start("--empty", "--ready-file", file);
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.EndsWith("Ctrl-C ends everything.", StringComparison.Ordinal))
        {
        }

        using JsonDocument ready = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal(ReadyKeys, ready.RootElement.EnumerateObject().Select(property => property.Name));
        string caFile = ready.RootElement.GetProperty("pgCaFile").GetString()!;
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", await File.ReadAllTextAsync(caFile), StringComparison.Ordinal);
        using Process psql = Connect(ready.RootElement, "select 'connected'", "select pg_sleep(600)");
        Assert.Equal("connected", await psql.StandardOutput.ReadLineAsync());

        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains(
            "terminating connection due to administrator command", await psql.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(_temporary));
    }

    private static Process Connect(JsonElement ready, params string[] statements)
    {
        string user = ready.GetProperty("pgUser").GetString()!;
        string connection =
            $"host={ready.GetProperty("pgHost")} port={ready.GetProperty("pgPort")} user={user} dbname={user} "
            + $"sslmode=verify-full sslrootcert={ready.GetProperty("pgCaFile")}";
        return Process.Start(new ProcessStartInfo("psql", [connection, "-X", "-A", "-t", .. statements.SelectMany(s => new[] { "-c", s })])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = ready.GetProperty("pgPassword").GetString()! },
        })!;
    }

    private Process Start(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql") && Directory.Exists("/usr/lib/postgresql"), "PostgreSQL is not installed");
        return Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sluice.dll"), "demo", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["TMPDIR"] = _temporary },
        })!;
    }
}
