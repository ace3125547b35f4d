using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Administration;

namespace Sluice.Commands.Users;

/// <summary>The arguments by which commands are told options of a user.</summary>
internal static class OptionArgument
{
    public static Argument<string[]> Create(ArgumentArity arity) => new("OPTION=VALUE")
    {
        Arity = arity,
        Description = "Options, e.g. on_conflict=update; sluice user set --help has all.",
    };

    /// <summary>The options that a new user is given; null for none.</summary>
    /// <exception cref="AdministrationException">What is given is no option.</exception>
    public static JsonObject? Given(IEnumerable<string> assignments) => Json(assignments.Select(OptionValues.Parse));

    /// <summary>What is changed of a user's options.</summary>
    /// <exception cref="AdministrationException">What is given is no option, or is given twice.</exception>
    public static OptionsChange Changed(IEnumerable<string> assignments)
    {
        KeyValuePair<string, string?>[] options = [.. assignments.Select(OptionValues.Parse)];
        string[] removed = [.. options.Where(option => option.Value is null).Select(option => OptionValues.JsonName(option.Key))];
        return new OptionsChange { Add = Json(options), Remove = removed is [] ? null : removed };
    }

    private static JsonObject? Json(IEnumerable<KeyValuePair<string, string?>> options)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string? value) in options)
        {
            if (value is not null && !given.TryAdd(name, value))
            {
                throw AdministrationException.Usage($"{name} is given twice.");
            }
        }

        return given.Count == 0 ? null : OptionValues.Json(given);
    }
}
