using System.CommandLine;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Commands;

/// <summary><c>sluice serve</c>: the gateway.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var file = new Option<string?>("--config", "-c") { Description = "JSON file of settings; see docs/configuration.md for all of them." };
        Setting[] settings =
        [
            new("--data-dir", "DataDirectory", "Directory for the engine's data, certificates and keys."),
            new("--cdf-url", "Cdf:BaseUrl", "Address of the CDF cluster, e.g. https://westeurope-1.cognitedata.com."),
            new("--pg-listen", "Postgres:Listen", "Addresses for PostgreSQL clients, host:port or unix:/path, separated by commas (127.0.0.1:5432)."),
            new("--pg-host", "Postgres:PublicHost", "Host name that users are told to connect to (localhost)."),
            new("--pg-cert", "Postgres:Certificate", "PEM file of the server certificate; one is generated without."),
            new("--pg-key", "Postgres:CertificateKey", "PEM file of its private key."),
            new("--api-listen", "Api:Listen", "Addresses of the REST API, host:port, separated by commas (127.0.0.1:8080)."),
            new("--log-format", "Log:Format", "text or json."),
            new("--log-level", "Log:Level", "Trace, Debug, Information, Warning or Error."),
        ];
        var readyFile = new Option<string?>("--ready-file")
        {
            Description = "Write pgHost, pgPort and apiBaseUrl to this file, as JSON, once it serves.",
        };
        var command = new Command(
            "serve",
            $"""
            Run the gateway against a CDF cluster.

            Every setting can stand in a JSON file (--config), in the environment ({SettingsLoader.EnvironmentPrefix}POSTGRES__LISTEN for Postgres:Listen)
            or, the usual ones, here; the later of these wins. They are checked before anything starts.
            """)
        {
            file,
            readyFile,
        };
        foreach (Setting setting in settings)
        {
            command.Options.Add(setting.Option);
        }

        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(file),
            from setting in settings
            let value = arguments.GetValue(setting.Option)
            where value is not null
            select KeyValuePair.Create<string, string?>(setting.Name, value),
            arguments.GetValue(readyFile),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? file,
        IEnumerable<KeyValuePair<string, string?>> overrides,
        string? readyFile,
        CancellationToken cancellationToken)
    {
        SluiceSettings settings;
        try
        {
            settings = SettingsLoader.Load(file, overrides);
        }
        catch (SettingsException e)
        {
            foreach (string finding in e.Findings)
            {
                await Console.Error.WriteLineAsync($"sluice: {finding}");
            }

            return ExitCodes.BadSettings;
        }

        try
        {
            await using GatewayHost host = await GatewayHost.StartAsync(settings, cancellationToken);
            if (readyFile is not null)
            {
                var ready = new ReadyFile
                {
                    PgHost = settings.Gateway.Postgres.PublicHost,
                    PgPort = host.Postgres?.Port,
                    ApiBaseUrl = host.Api?.GetLeftPart(UriPartial.Authority),
                };
                await ready.WriteAsync(readyFile, cancellationToken);
            }

            await cancellationToken.WhenCancelledAsync();
            return ExitCodes.Success;
        }
        catch (StartException e)
        {
            await Console.Error.WriteLineAsync($"sluice: {e.Message}");
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to end while it started.
            return ExitCodes.Success;
        }
    }

    /// <summary>An option of the command line that stands for a setting.</summary>
    private sealed class Setting(string option, string name, string description)
    {
        public string Name => name;

        public Option<string?> Option { get; } = new(option) { Description = $"{description} [{name}]" };
    }
}
