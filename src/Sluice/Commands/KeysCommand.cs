using System.CommandLine;
using System.Security.Cryptography;
using Npgsql;
using Sluice.Configuration;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Hosting;

namespace Sluice.Commands;

/// <summary><c>sluice keys</c>: the keys with which users' credentials are encrypted.</summary>
internal static class KeysCommand
{
    private static readonly Option<string?> ConfigurationFile = new("--config", "-c") { Description = "The gateway's JSON file of settings." };

    private static readonly Option<string?> DataDirectory = new("--data-dir") { Description = "The gateway's data directory. [DataDirectory]" };

    private static readonly Option<string?> Cluster = new("--cdf-url") { Description = "Address of the CDF cluster, if the settings do not have it. [Cdf:BaseUrl]" };

    public static Command Create()
    {
        var rotate = new Command(
            "rotate",
            """
            Make a new key. Gateways encrypt with it from when they next look: when they start, or within a day. What older keys have encrypted stays
            readable as long as they are there. A new key is made every 90 days anyway. Run it as the operating system user of the gateway, or as root.
            """)
        {
            ConfigurationFile,
            DataDirectory,
            Cluster,
        };
        rotate.SetAction((arguments, _) => RotateAsync(arguments));
        return new Command("keys", "The keys with which users' credentials are encrypted.") { rotate };
    }

    private static async Task<int> RotateAsync(ParseResult arguments)
    {
        try
        {
            GatewayOptions options = SettingsLoader.Load(arguments.GetValue(ConfigurationFile), Overrides(arguments)).Gateway;
            await using RunningEngine? engine = options.Keys.Store == KeyStore.Database
                ? RunningEngine.Find(GatewayOptions.EngineDirectoryIn(options.DataDirectory))
                : null;
            var protector = CredentialKeyRing.Open(options, () => engine!);
            protector.Rotate();
            await Console.Out.WriteLineAsync($"Made a new key in {protector.Place}; back it up.");
            return ExitCodes.Success;
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync($"sluice: {e.Message}");
            return ExitCodes.BadSettings;
        }
        catch (Exception e) when (e is EngineException or CryptographicException or NpgsqlException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"sluice: {e.Message}");
            return ExitCodes.Failure;
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Overrides(ParseResult arguments) =>
        from setting in (IEnumerable<(Option<string?> Option, string Name)>)[(DataDirectory, "DataDirectory"), (Cluster, "Cdf:BaseUrl")]
        let value = arguments.GetValue(setting.Option)
        where value is not null
        select KeyValuePair.Create<string, string?>(setting.Name, value);
}
