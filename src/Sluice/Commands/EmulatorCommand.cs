using System.CommandLine;
using Sluice.Emulator;
using Sluice.Hosting;

namespace Sluice.Commands;

/// <summary><c>sluice emulator</c>: a local CDF.</summary>
internal static class EmulatorCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "The port on 127.0.0.1; 0 takes a free one.",
            DefaultValueFactory = _ => 8081,
        };
        var project = new Option<string>("--project")
        {
            Description = "Name of the CDF project.",
            DefaultValueFactory = _ => "demo",
        };
        var counting = new Option<bool>("--counting")
        {
            Description = "Count what is written instead of storing it, for benchmarks.",
        };
        var readyFile = new Option<string?>("--ready-file") { Description = "Write how to connect to this file, as JSON, once it serves." };
        var command = new Command(
            "emulator",
            """
            Run a local server that behaves like CDF: token endpoint, groups, sessions, assets, events, time series, data points, RAW, with CDF's
            limits and errors, and with faults on request. Nothing is kept when it ends.
            """)
        {
            port,
            project,
            counting,
            readyFile,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new EmulatorOptions
            {
                Port = arguments.GetValue(port),
                Project = arguments.GetValue(project)!,
                Counting = arguments.GetValue(counting),
            },
            arguments.GetValue(readyFile),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(EmulatorOptions options, string? readyFile, CancellationToken cancellationToken)
    {
        await using CdfEmulator emulator = await CdfEmulator.StartAsync(options, cancellationToken);
        await Console.Out.WriteLineAsync(
            $"""
            CDF         {emulator.BaseUrl}
            project     {options.Project}
            token URL   {emulator.TokenUrl}
            client id   {options.ClientId}
            secret      {options.ClientSecret}
            scope       {emulator.Scope}
            faults      {emulator.FaultsUrl}
            Ctrl-C ends it.
            """);
        if (readyFile is not null)
        {
            var ready = new ReadyFile
            {
                CdfBaseUrl = emulator.BaseUrl.GetLeftPart(UriPartial.Authority),
                FaultsUrl = emulator.FaultsUrl.AbsoluteUri,
                Project = options.Project,
                TokenUrl = emulator.TokenUrl.AbsoluteUri,
                ClientId = options.ClientId,
                ClientSecret = options.ClientSecret,
                Scope = emulator.Scope,
            };
            await ready.WriteAsync(readyFile, cancellationToken);
        }

        await cancellationToken.WhenCancelledAsync();
        return 0;
    }
}
