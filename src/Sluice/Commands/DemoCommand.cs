using System.CommandLine;
using Sluice.Demo;
using Spectre.Console;

namespace Sluice.Commands;

/// <summary><c>sluice demo</c>: everything on one machine.</summary>
internal static class DemoCommand
{
    /// <summary>Characters a line where there is no terminal to ask.</summary>
    private const int PlainWidth = 120;

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "End after the load; the exit code is not 0 if a count is wrong." };
        var empty = new Option<bool>("--empty") { Description = "Load nothing." };
        var readyFile = new Option<string?>("--ready-file")
        {
            Description = "Write how to connect to this file, as JSON, once everything serves. It holds passwords.",
        };
        var dataDirectory = new Option<string?>("--data-dir")
        {
            Description = "Keep Sluice's own data here. Without, it is temporary. The local CDF always starts empty.",
        };
        var samples = new Option<string?>("--samples") { Description = "Directory of the sample files; found by itself in a clone of the repository." };
        Option<int> postgresPort = Port("--pg-port", "PostgreSQL clients");
        Option<int> apiPort = Port("--api-port", "the REST API");
        Option<int> cdfPort = Port("--cdf-port", "the local CDF");
        var command = new Command(
            "demo",
            """
            Run a local CDF, PostgreSQL and Sluice in one process, load sample data with psql, show what CDF holds then, and serve until Ctrl-C.
            Everything listens on 127.0.0.1 only.
            """)
        {
            once,
            empty,
            readyFile,
            dataDirectory,
            samples,
            postgresPort,
            apiPort,
            cdfPort,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string? directory = arguments.GetValue(samples) ?? FindSamples();
            if (directory is null)
            {
                await Console.Error.WriteLineAsync("sluice: no samples found; name their directory with --samples.");
                return ExitCodes.BadSettings;
            }

            var options = new DemoOptions
            {
                Once = arguments.GetValue(once),
                Empty = arguments.GetValue(empty),
                ReadyFile = arguments.GetValue(readyFile),
                DataDirectory = arguments.GetValue(dataDirectory),
                Samples = directory,
                PostgresPort = arguments.GetValue(postgresPort),
                ApiPort = arguments.GetValue(apiPort),
                CdfPort = arguments.GetValue(cdfPort),
            };
            return await new DemoRun(options, CreateConsole()).RunAsync(cancellationToken);
        });
        return command;
    }

    private static IAnsiConsole CreateConsole()
    {
        // Into a file or a pipe goes plain text, and nothing that is to be copied is broken.
        bool plain = Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (plain)
        {
            console.Profile.Width = PlainWidth;
        }

        return console;
    }

    private static Option<int> Port(string name, string whose) => new(name) { Description = $"Port for {whose}; 0 takes a free one." };

    /// <summary>The <c>samples</c> directory of the repository that the program was built in, or of the current directory.</summary>
    private static string? FindSamples()
    {
        foreach (string start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
            {
                string candidate = Path.Combine(directory.FullName, "samples");
                if (File.Exists(Path.Combine(candidate, "airports.csv")))
                {
                    return candidate;
                }
            }
        }

        return null;
    }
}
