using System.Text.Json.Nodes;
using Sluice.Gateway.Admin;
using Sluice.Gateway.Users;

namespace Sluice.Administration;

/// <summary>Users' options between the text of the command line and the JSON of the REST API.</summary>
internal static class OptionValues
{
    /// <summary>Options by their names, as JSON.</summary>
    public static JsonObject Json(IReadOnlyDictionary<string, string> options) => OptionsJson.Write(
        options.Aggregate(UserOptions.Default, (set, option) => UserOption.Find(option.Key)!.Set(set, option.Value)!)) ?? [];

    /// <summary>The name of an option in JSON.</summary>
    public static string JsonName(string name) => OptionsJson.NameOf(UserOption.Find(name)!);

    /// <summary>What <c>OPTION=VALUE</c> says; without a value the option is taken away.</summary>
    /// <exception cref="AdministrationException">It is no option, or cannot have the value.</exception>
    public static KeyValuePair<string, string?> Parse(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || UserOption.Find(assignment[..equals]) is not { } option)
        {
            throw AdministrationException.Usage(
                $"{assignment} is no option: give OPTION=VALUE, with one of {string.Join(", ", UserOption.All.Select(known => known.Name))}.");
        }

        string value = assignment[(equals + 1)..];
        return value.Length == 0 ? KeyValuePair.Create(option.Name, (string?)null)
            : option.Set(UserOptions.Default, value) is { } set ? KeyValuePair.Create(option.Name, option.Get(set))
            : throw AdministrationException.Usage($"{option.Name} cannot be {value}: it takes {option.Values}.");
    }
}
