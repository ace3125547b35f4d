using System.Reflection;
using Microsoft.Extensions.Configuration;
using Sluice.Gateway.Hosting;
using Sluice.Hosting;

namespace Sluice.Configuration;

/// <summary>
/// Reads the settings: a JSON file, then environment variables (<c>SLUICE__POSTGRES__LISTEN</c> is <c>Postgres:Listen</c>), then the command line;
/// the later wins. What is not known, not of its type or not possible is refused before anything starts.
/// </summary>
internal static class SettingsLoader
{
    public const string EnvironmentPrefix = "SLUICE__";

    private const string LogSection = "Log";

    /// <summary>Loads and checks the settings.</summary>
    /// <param name="file">The JSON file; <see langword="null"/> for none.</param>
    /// <param name="overrides">From the command line: settings by their full names.</param>
    /// <exception cref="SettingsException">What is wrong, and what to change.</exception>
    public static SluiceSettings Load(string? file, IEnumerable<KeyValuePair<string, string?>> overrides)
    {
        IConfigurationRoot configuration = Read(file, overrides);
        var settings = new SluiceSettings
        {
            Gateway = Bind<GatewayOptions>(Without(configuration, LogSection)),
            Log = Bind<LogSettings>(configuration.GetSection(LogSection)),
        };
        IReadOnlyList<string> findings = GatewayOptionsValidator.Validate(settings.Gateway);
        return findings.Count == 0 ? settings : throw new SettingsException(findings);
    }

    /// <summary>The data directory alone, for commands that need no other setting.</summary>
    /// <exception cref="SettingsException">The file cannot be read, or no data directory is set.</exception>
    public static string LoadDataDirectory(string? file, IEnumerable<KeyValuePair<string, string?>> overrides) =>
        Read(file, overrides)[nameof(GatewayOptions.DataDirectory)] is { Length: > 0 } directory
            ? directory
            : throw new SettingsException(["DataDirectory is not set: name the gateway's with --data-dir, or its configuration file with --config."]);

    private static IConfigurationRoot Read(string? file, IEnumerable<KeyValuePair<string, string?>> overrides)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null)
        {
            builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        }

        try
        {
            return builder.AddEnvironmentVariables(EnvironmentPrefix).AddInMemoryCollection(overrides).Build();
        }
        catch (FileNotFoundException e)
        {
            throw new SettingsException($"The configuration file {file} does not exist.", e);
        }
        catch (InvalidDataException e)
        {
            throw new SettingsException($"The configuration file {file} is not valid JSON: {e.GetBaseException().Message}", e);
        }
    }

    private static IConfigurationRoot Without(IConfiguration configuration, string section) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.AsEnumerable()
                .Where(pair => !pair.Key.Equals(section, StringComparison.OrdinalIgnoreCase)
                    && !pair.Key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)))
            .Build();

    private static T Bind<T>(IConfiguration configuration)
        where T : new()
    {
        string[] unknown = [.. Unknown(configuration, typeof(T)).Select(path => $"There is no setting {path}; docs/configuration.md has all of them.")];
        if (unknown.Length > 0)
        {
            throw new SettingsException(unknown);
        }

        try
        {
            return configuration.Get<T>() ?? new T();
        }
        catch (InvalidOperationException e)
        {
            // The binder names the value and the setting.
            throw new SettingsException(e.Message, e);
        }
    }

    /// <summary>The settings that the records have no property for, as far as records go.</summary>
    private static IEnumerable<string> Unknown(IConfiguration configuration, Type record) =>
        configuration.GetChildren().SelectMany(section =>
            record.GetProperty(section.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is not { } property
                ? [section.Path]
                : IsRecord(property.PropertyType) ? Unknown(section, property.PropertyType) : []);

    private static bool IsRecord(Type type) => type.Assembly == typeof(GatewayOptions).Assembly && type.IsClass;
}

/// <summary>Settings that Sluice cannot start with.</summary>
internal sealed class SettingsException : Exception
{
    public SettingsException(IReadOnlyList<string> findings)
        : base(string.Join(Environment.NewLine, findings)) => Findings = findings;

    public SettingsException(string finding, Exception inner)
        : base(finding, inner) => Findings = [finding];

    /// <summary>One sentence for each thing that is wrong.</summary>
    public IReadOnlyList<string> Findings { get; }
}
