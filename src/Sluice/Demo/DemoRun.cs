using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sluice.Commands;
using Sluice.Configuration;
using Sluice.Emulator;
using Sluice.Gateway.Hosting;
using Sluice.Hosting;
using Spectre.Console;

namespace Sluice.Demo;

/// <summary>
/// Starts a local CDF, the engine and the gateway in this process, registers a user as an administrator would, loads the samples with psql, and shows
/// what CDF holds then.
/// </summary>
internal sealed class DemoRun(DemoOptions options, IAnsiConsole console)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        string directory = options.DataDirectory ?? TemporaryDirectory();
        try
        {
            return await RunAsync(directory, cancellationToken);
        }
        catch (Exception e) when (e is DemoFailure or StartException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync($"sluice: {e.Message}");
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Failure;
        }
        finally
        {
            if (options.DataDirectory is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static string TemporaryDirectory()
    {
        string directory = Directory.CreateTempSubdirectory("sluice-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // As root the engine runs as another user, who must be able to pass; what is in it is closed by itself.
            File.SetUnixFileMode(
                directory,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        return directory;
    }

    private async Task<int> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using CdfEmulator cdf = await CdfEmulator.StartAsync(new EmulatorOptions { Port = options.CdfPort }, cancellationToken);
        SluiceSettings settings = Settings(directory, cdf);
        await using GatewayHost gateway = await GatewayHost.StartAsync(settings, cancellationToken);
        using Administrator administrator = await Administrator.SignInAsync(
            cdf.BaseUrl, gateway.Api!, cdf.TokenUrl, cdf.Project, cdf.ClientId, cdf.ClientSecret, cdf.Scope, cancellationToken);
        (string user, string password) = await administrator.RegisterUserAsync(cancellationToken);
        console.MarkupLineInterpolated(
            $"A local CDF, PostgreSQL and Sluice run since {clock.Elapsed.TotalSeconds:F1} s; gateway user [bold]{user}[/] is registered.");

        ReadyFile ready = Ready(cdf, gateway, user, password, Path.Combine(directory, "tls", "ca.pem"));
        bool complete = options.Empty || await LoadAsync(administrator, ready, cancellationToken);
        if (options.ReadyFile is not null)
        {
            await ready.WriteAsync(options.ReadyFile, cancellationToken);
        }

        if (!options.Once)
        {
            ShowHowToGoOn(ready);
            await cancellationToken.WhenCancelledAsync();
            console.WriteLine("Stopping.");
        }

        return complete ? ExitCodes.Success : ExitCodes.Failure;
    }

    private SluiceSettings Settings(string directory, CdfEmulator cdf) => new()
    {
        Gateway = new GatewayOptions
        {
            DataDirectory = directory,
            ShutdownGrace = TimeSpan.FromSeconds(1),
            Postgres = new PostgresEndpoint { Listen = $"127.0.0.1:{options.PostgresPort}" },
            Api = new ApiEndpoint { Listen = $"127.0.0.1:{options.ApiPort}" },
            Cdf = new CdfCluster { BaseUrl = cdf.BaseUrl.GetLeftPart(UriPartial.Authority), TokenHosts = cdf.BaseUrl.GetLeftPart(UriPartial.Authority) },
        },
        Log = new LogSettings { Level = LogLevel.Warning },
    };

    private static ReadyFile Ready(CdfEmulator cdf, GatewayHost gateway, string user, string password, string caFile) => new()
    {
        PgHost = "localhost",
        PgPort = gateway.Postgres!.Port,
        PgUser = user,
        PgPassword = password,
        PgCaFile = caFile,
        ApiBaseUrl = gateway.Api!.GetLeftPart(UriPartial.Authority),
        CdfBaseUrl = cdf.BaseUrl.GetLeftPart(UriPartial.Authority),
        FaultsUrl = cdf.FaultsUrl.AbsoluteUri,
        Project = cdf.Project,
        TokenUrl = cdf.TokenUrl.AbsoluteUri,
        ClientId = cdf.ClientId,
        ClientSecret = cdf.ClientSecret,
        Scope = cdf.Scope,
    };

    private async Task<bool> LoadAsync(Administrator administrator, ReadyFile ready, CancellationToken cancellationToken)
    {
        await administrator.CreateRawTableAsync(
            ready.PgUser!,
            SampleLoad.FlightsTable,
            SampleLoad.FlightsDatabase,
            SampleLoad.FlightsTable,
            SampleLoad.FlightsKey,
            SampleLoad.FlightsColumns,
            cancellationToken);
        var psql = new Psql(Connection(ready), ready.PgPassword!);
        console.WriteLine($"Connected: {await psql.VersionAsync(cancellationToken)}");
        var durations = new Dictionary<SampleLoad, TimeSpan>();
        await console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async progress =>
            {
                foreach (SampleLoad load in SampleLoad.All)
                {
                    ProgressTask task = progress.AddTask($"{load.Title} into {load.Table}", maxValue: 1);
                    var clock = Stopwatch.StartNew();
                    await psql.CopyAsync(
                        load.Table, Path.Combine(options.Samples, load.File), share => task.Value = Math.Min(share, 0.99), cancellationToken);
                    durations[load] = clock.Elapsed;
                    task.Value = 1;
                }
            });
        return await ShowCountsAsync(new CdfCounts(administrator), durations, cancellationToken);
    }

    private async Task<bool> ShowCountsAsync(
        CdfCounts counts,
        Dictionary<SampleLoad, TimeSpan> durations,
        CancellationToken cancellationToken)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle("What CDF holds now, counted through its own API") };
        table.AddColumn("loaded");
        table.AddColumn("into table");
        foreach (string heading in new[] { "in the file", "in CDF", "seconds", "rows/s" })
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        bool complete = true;
        foreach (SampleLoad load in SampleLoad.All)
        {
            long inCdf = await load.CountAsync(counts, cancellationToken);
            double seconds = durations[load].TotalSeconds;
            complete &= inCdf == load.Rows;
            table.AddRow(
                load.Title,
                load.Table,
                $"{load.Rows:N0}",
                inCdf == load.Rows ? $"[green]{inCdf:N0}[/]" : $"[red]{inCdf:N0}[/]",
                $"{seconds:F2}",
                $"{load.Rows / seconds:N0}");
        }

        console.Write(table);
        console.WriteLine(complete ? "Every row of the files is in CDF." : "The counts differ: not every row of the files is in CDF.");
        return complete;
    }

    private void ShowHowToGoOn(ReadyFile ready)
    {
        console.WriteLine();
        console.WriteLine("Go on with psql, in another terminal:");
        console.WriteLine();
        // Written past the console's own line breaking, so that it can be copied.
        console.Profile.Out.Writer.WriteLine($"  PGPASSWORD='{ready.PgPassword}' psql \"{Connection(ready)}\"");
        console.WriteLine();
        console.WriteLine($"CDF {ready.CdfBaseUrl}, project {ready.Project}; Sluice's REST API {ready.ApiBaseUrl}. Ctrl-C ends everything.");
    }

    private static string Connection(ReadyFile ready) =>
        $"host={ready.PgHost} port={ready.PgPort} user={ready.PgUser} dbname={ready.PgUser} sslmode=verify-full sslrootcert={ready.PgCaFile}";
}
