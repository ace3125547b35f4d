using System.Diagnostics;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Tests.Engine;

public sealed class EmbeddedPostgresTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_starts_stops_and_starts_again_with_its_data()
    {
        using var directory = new TestDirectory();
        await using (var first = EngineFixture.New(directory.Path))
        {
            await first.StartAsync(Token);
            await ExecuteAsync(first, "CREATE TABLE sluice.kept (a int); INSERT INTO sluice.kept VALUES (7)");
            var processId = first.ProcessId;
            await first.StopAsync(Token);
            Assert.False(Directory.Exists($"/proc/{processId}"));
            await Assert.ThrowsAsync<EngineException>(() => first.WaitUntilReadyAsync(Token));
        }

        await using var second = EngineFixture.New(directory.Path);
        await second.StartAsync(Token);
        Assert.Equal(7, await ScalarAsync(second, "SELECT a FROM sluice.kept"));
    }

    [Fact]
    public async Task It_is_started_again_when_it_is_killed()
    {
        using var directory = new TestDirectory();
        using var log = new MemoryLog();
        await using var engine = EngineFixture.New(directory.Path, log);
        await engine.StartAsync(Token);
        var first = engine.ProcessId;
        using (var process = Process.GetProcessById(first))
        {
            process.Kill();
            await process.WaitForExitAsync(Token);
        }

        await log.WaitForAsync("The engine was started", times: 2, Token);
        await engine.WaitUntilReadyAsync(Token);

        Assert.NotEqual(first, engine.ProcessId);
        Assert.Equal(1, await ScalarAsync(engine, "SELECT 1"));
    }

    [Fact]
    public async Task A_second_sluice_on_the_same_directory_is_refused()
    {
        using var directory = new TestDirectory();
        await using var first = EngineFixture.New(directory.Path);
        await first.StartAsync(Token);
        await using var second = EngineFixture.New(directory.Path);

        var error = await Assert.ThrowsAsync<EngineException>(() => second.StartAsync(Token));

        Assert.Contains("in use by another Sluice", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ScalarAsync(first, "SELECT 1"));
    }

    [Fact]
    public async Task A_server_that_an_earlier_sluice_left_behind_is_stopped()
    {
        using var directory = new TestDirectory();
        await using (var engine = EngineFixture.New(directory.Path))
        {
            await engine.StartAsync(Token);
        }

        // A server of the same cluster that nobody watches.
        var cluster = Path.Combine(directory.Path, "cluster");
        var binaries = PostgresBinaries.Find(null, null);
        var start = CommandLine.As(
            OsUser.ForEngine(null), binaries.Postgres, ["-D", cluster, "-c", "listen_addresses=", "-c", $"unix_socket_directories={directory.Path}/run"], tied: false);
        start.RedirectStandardError = true;
        using var orphan = CommandLine.Start(start);
        while (await orphan.StandardError.ReadLineAsync(Token) is { } line && !line.Contains("ready to accept", StringComparison.Ordinal))
        {
        }

        await using var next = EngineFixture.New(directory.Path);
        await next.StartAsync(Token);

        await orphan.WaitForExitAsync(Token);
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    [Fact]
    public async Task The_server_is_told_to_stop_when_what_started_it_is_gone()
    {
        Assert.SkipWhen(CommandLine.Find("setpriv") is null, "setpriv (util-linux) is not installed");
        Process? process = null;
        var thread = new Thread(() =>
        {
            var start = CommandLine.As(OsUser.ForEngine(null), "sh", ["-c", "echo tied; exec sleep 600"], tied: true);
            start.RedirectStandardOutput = true;
            process = CommandLine.Start(start);

            // Only now is the tie made.
            process.StandardOutput.ReadLine();
        });
        thread.Start();
        thread.Join();

        using (process)
        {
            await process!.WaitForExitAsync(Token);
        }
    }

    [Fact]
    public async Task A_lock_file_that_names_another_process_does_not_hinder()
    {
        using var directory = new TestDirectory();
        await using (var engine = EngineFixture.New(directory.Path))
        {
            await engine.StartAsync(Token);
        }

        await File.WriteAllTextAsync(Path.Combine(directory.Path, "cluster", "postmaster.pid"), $"{Environment.ProcessId}\n", Token);
        await using var next = EngineFixture.New(directory.Path);
        await next.StartAsync(Token);
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    [Fact]
    public async Task A_data_directory_too_deep_for_a_socket_gets_a_short_one()
    {
        using var directory = new TestDirectory();
        var deep = Path.Combine(directory.Path, new string('d', 60), new string('e', 60));
        string runtime;
        await using (var engine = EngineFixture.New(deep))
        {
            await engine.StartAsync(Token);
            runtime = engine.SocketDirectory;
            Assert.DoesNotContain(directory.Path, runtime, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(runtime));
            Assert.Equal(1, await ScalarAsync(engine, "SELECT 1"));
        }

        Assert.False(Directory.Exists(runtime));
    }

    [Fact]
    public async Task A_cluster_of_a_version_that_is_not_installed_is_explained()
    {
        using var directory = new TestDirectory();
        var cluster = Directory.CreateDirectory(Path.Combine(directory.Path, "cluster"));
        await File.WriteAllTextAsync(Path.Combine(cluster.FullName, "PG_VERSION"), "9\n", Token);
        await using var engine = EngineFixture.New(directory.Path);

        var error = await Assert.ThrowsAsync<EngineException>(() => engine.StartAsync(Token));

        Assert.Contains("made by PostgreSQL 9, which is not installed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_why()
    {
        using var directory = new TestDirectory();
        var options = EngineFixture.Options(directory.Path);
        await using var engine = new EmbeddedPostgres(
            options with { Settings = options.Settings.SetItem("shared_buffers", "nonsense") },
            Microsoft.Extensions.Logging.Abstractions.NullLogger<EmbeddedPostgres>.Instance);

        var error = await Assert.ThrowsAsync<EngineException>(() => engine.StartAsync(Token));

        Assert.Contains("shared_buffers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_places_are_closed_to_other_users()
    {
        using var directory = new TestDirectory();
        await using var engine = EngineFixture.New(directory.Path);
        await engine.StartAsync(Token);
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(engine.SocketDirectory) & Others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(directory.Path, "cluster")) & Others);
        Assert.Equal("", await TextAsync(engine, "SHOW listen_addresses"));
        var status = await File.ReadAllLinesAsync($"/proc/{engine.ProcessId}/status", Token);
        Assert.DoesNotContain(status, line => line.StartsWith("Uid:\t0\t", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_statement_and_no_value_reaches_the_log()
    {
        using var directory = new TestDirectory();
        using var log = new MemoryLog();
        await using var engine = EngineFixture.New(directory.Path, log);
        await engine.StartAsync(Token);

        foreach (var sql in (string[])[
            "SELECT 'sesame'::int", "DO $$ BEGIN RAISE LOG 'sesame%', E'\\npostmaster|00000|LOG:  sesame'; END $$", "SELECT sesame",
            "DO $$ BEGIN RAISE WARNING 'sesame'; END $$"])
        {
            await Record.ExceptionAsync(() => ExecuteAsync(engine, sql));
        }

        await engine.StopAsync(Token);
        Assert.Contains("shut down", log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", log.Text, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(EmbeddedPostgres engine, string sql)
    {
        await using var command = engine.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<int> ScalarAsync(EmbeddedPostgres engine, string sql)
    {
        await using var command = engine.Database.CreateCommand(sql);
        return (int)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task<string> TextAsync(EmbeddedPostgres engine, string sql)
    {
        await using var command = engine.Database.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }
}
