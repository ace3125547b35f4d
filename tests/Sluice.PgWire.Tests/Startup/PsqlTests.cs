using System.Diagnostics;

namespace Sluice.PgWire.Tests.Startup;

public sealed class PsqlTests
{
    private const string Psql = "/usr/bin/psql";

    [Theory]
    [InlineData("disable")]
    [InlineData("require")]
    [InlineData("verify-full")]
    public async Task Psql_connects(string mode)
    {
        await using TestServer server = await TestServer.StartAsync();
        (int exit, string output, string error) = await RunAsync(server, mode, TestServer.Password);
        Assert.Equal((0, "1", ""), (exit, output.Trim(), error));
    }

    [Fact]
    public async Task Psql_reports_a_wrong_password()
    {
        await using TestServer server = await TestServer.StartAsync();
        (int exit, _, string error) = await RunAsync(server, "require", "wrong");
        Assert.Equal(2, exit);
        Assert.Contains("FATAL:  password authentication failed for user \"alice\"", error, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(TestServer server, string mode, string password)
    {
        Assert.SkipUnless(File.Exists(Psql), "psql is not installed");
        string connection = $"host=localhost port={server.Port} user={TestServer.User} sslmode={mode} sslrootcert={server.AuthorityFile}";
        using var process = Process.Start(new ProcessStartInfo(Psql, [connection, "-X", "-A", "-t", "-c", "SELECT 1"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = password },
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
