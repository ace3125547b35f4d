using System.CommandLine;
using Sluice.Administration;
using Sluice.Configuration;
using Sluice.Gateway.Hosting;

namespace Sluice.Commands;

/// <summary>How the commands of an administrator name the gateway that they are for.</summary>
internal sealed class RunningGateway
{
    private readonly Option<string?> _file = new("--config", "-c") { Description = "The gateway's JSON file of settings.", Recursive = true };

    private readonly Option<string?> _dataDirectory = new("--data-dir")
    {
        Description = "The gateway's data directory; its socket in it is open to the gateway's operating system user and to root. [DataDirectory]",
        Recursive = true,
    };

    /// <summary>Gives the options to a command and those below it.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_dataDirectory);
    }

    /// <summary>Lets a command do its work, and says what it could not do.</summary>
    public Task<int> RunAsync(ParseResult arguments, Func<GatewayClient, Task> run) => RunAsync(arguments, (gateway, _) => run(gateway));

    /// <summary>The same, for a command that also needs the data directory.</summary>
    public async Task<int> RunAsync(ParseResult arguments, Func<GatewayClient, string, Task> run)
    {
        try
        {
            string directory = SettingsLoader.LoadDataDirectory(
                arguments.GetValue(_file),
                arguments.GetValue(_dataDirectory) is { } given ? [KeyValuePair.Create<string, string?>(nameof(GatewayOptions.DataDirectory), given)] : []);
            using var gateway = new GatewayClient(directory);
            await run(gateway, directory);
            return ExitCodes.Success;
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync($"sluice: {e.Message}");
            return ExitCodes.BadSettings;
        }
        catch (AdministrationException e)
        {
            await Console.Error.WriteLineAsync($"sluice: {e.Message}");
            return e.ExitCode;
        }
    }
}
