using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// A user's options as JSON, in requests and answers: <c>{"onConflict":"update","createMissing":true,"dataSetId":123}</c>. The names are those of
/// <see cref="UserOption"/> in camel case; times are a number of milliseconds, or text such as <c>30s</c>.
/// </summary>
public static class OptionsJson
{
    /// <summary>The options of a new user.</summary>
    /// <exception cref="ApiException">422.</exception>
    internal static UserOptions Read(Dictionary<string, JsonElement>? given) => given is null ? UserOptions.Default : Set(UserOptions.Default, given);

    /// <summary>
    /// What <c>{"set":{…}}</c> does with options, which replaces them all, or <c>{"add":{…},"remove":["dataSetId"]}</c>, which changes those that it names;
    /// null if nothing is given.
    /// </summary>
    /// <exception cref="ApiException">422.</exception>
    internal static Func<UserOptions, UserOptions>? Change(OptionsUpdate? update)
    {
        if (update is null)
        {
            return null;
        }

        Schema.NoExtra(update);
        if (update.Set is { } all)
        {
            Schema.Absent(update.Add, "add");
            Schema.Absent(update.Remove, "remove");
            var options = Read(all);
            return _ => options;
        }

        if (update is { Add: null, Remove: null })
        {
            throw ApiException.Schema("Field required", "set, add or remove");
        }

        var added = update.Add ?? [];
        var removed = (update.Remove ?? []).ConvertAll(name => Find(Schema.Required(name, "remove")));
        if (removed.Find(option => added.ContainsKey(NameOf(option))) is { } both)
        {
            throw ApiException.Schema("Input should be in one of add and remove", NameOf(both));
        }

        // What is wrong with values is said before anything is done.
        Read(added);
        return options => Set(removed.Aggregate(options, static (changed, option) => option.Set(changed, text: null)!), added);
    }

    /// <summary>The options that are set; null if none is, so that nobody who has not asked for options sees any.</summary>
    public static JsonObject? Write(UserOptions options)
    {
        JsonObject? set = null;
        foreach (var option in UserOption.All)
        {
            if (option.Get(options) is { } text)
            {
                (set ??= [])[NameOf(option)] = option.Kind switch
                {
                    UserOptionKind.Flag => JsonValue.Create(text == "on"),
                    UserOptionKind.Number => JsonValue.Create(long.Parse(text, CultureInfo.InvariantCulture)),
                    _ => JsonValue.Create(text),
                };
            }
        }

        return set;
    }

    /// <summary>E.g. <c>onConflict</c>.</summary>
    public static string NameOf(UserOption option) => CamelCase.Of(option.Name);

    private static UserOptions Set(UserOptions options, Dictionary<string, JsonElement> given) => given.Aggregate(
        options,
        static (changed, member) =>
        {
            var option = Find(member.Key);
            return Text(option, member.Value) is { } text && option.Set(changed, text) is { } next
                ? next
                : throw ApiException.Schema($"Input should be {(option.Kind == UserOptionKind.Flag ? "true or false" : option.Values)}", member.Key);
        });

    /// <summary>The value as the option's text; null if it is of another type.</summary>
    private static string? Text(UserOption option, JsonElement value) => (option.Kind, value.ValueKind) switch
    {
        (UserOptionKind.Flag, JsonValueKind.True) => "on",
        (UserOptionKind.Flag, JsonValueKind.False) => "off",
        (UserOptionKind.Number or UserOptionKind.Time, JsonValueKind.Number) => value.GetRawText(),
        (UserOptionKind.Word or UserOptionKind.Time, JsonValueKind.String) => value.GetString(),
        _ => null,
    };

    private static UserOption Find(string name) => UserOption.All.FirstOrDefault(option => NameOf(option) == name)
        ?? throw ApiException.Schema("Extra inputs are not permitted", name);
}
