using System.Diagnostics;
using System.Globalization;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>The engine and the endpoint that its foreign tables read from are for Sluice and the engine alone: on Unix sockets, behind a closed directory.</summary>
public sealed class ReachabilityTests(EngineFixture fixture)
{
    private const string SetPriv = "/usr/bin/setpriv";
    private const string Psql = "/usr/bin/psql";
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    [Fact]
    public void Their_sockets_are_closed_to_others_and_so_is_the_way_to_them()
    {
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(fixture.Engine.SocketDirectory) & Others);
        var sockets = Directory.GetFiles(fixture.Engine.SocketDirectory, ".s.PGSQL.????");
        Assert.Contains(fixture.Engine.ScanSocketPath, sockets);
        Assert.Equal(2, sockets.Length);
        Assert.All(sockets, socket => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(socket) & Others));
    }

    [Theory]
    [InlineData(5432)]
    [InlineData(5433)]
    public async Task Another_user_of_the_machine_reaches_neither(int port)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can become another user");
        Assert.SkipUnless(File.Exists(SetPriv) && File.Exists(Psql), "setpriv or psql is not installed");
        string[] arguments =
        [
            "--reuid=54321", "--regid=54321", "--clear-groups", Psql, "-h", fixture.Engine.SocketDirectory,
            "-p", port.ToString(CultureInfo.InvariantCulture), "-U", "anybody", "-d", "postgres", "-w", "-c", "select 1",
        ];
        using var process = Process.Start(new ProcessStartInfo(SetPriv, arguments) { UseShellExecute = false, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("Permission denied", error, StringComparison.Ordinal);
    }
}
