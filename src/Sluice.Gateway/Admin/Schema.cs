using System.Diagnostics.CodeAnalysis;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>The rules of the documented request schemas, each a 422 in the words of the original.</summary>
internal static class Schema
{
    /// <summary>1 to <paramref name="max"/> items, none of them null, no other members.</summary>
    public static IReadOnlyList<T> Items<T>(ItemsRequest<T> request, int max)
        where T : StrictModel
    {
        NoExtra(request);
        var items = Required(request.Items, "items");
        if (items.Count == 0)
        {
            throw ApiException.Schema("List should have at least 1 item after validation, not 0", "items");
        }

        if (items.Count > max)
        {
            throw ApiException.Schema($"List should have at most {max} item{(max == 1 ? string.Empty : "s")} after validation, not {items.Count}", "items");
        }

        return [.. items.Select(item => NoExtra(Required(item, "items")))];
    }

    /// <summary>Refuses members that the schema does not have.</summary>
    public static T NoExtra<T>(T model)
        where T : StrictModel =>
        model.Extra is { Count: > 0 } extra ? throw ApiException.Schema("Extra inputs are not permitted", string.Join(", ", extra.Keys)) : model;

    /// <summary>Refuses a member that the schema does not have here.</summary>
    public static void Absent(object? value, string field)
    {
        if (value is not null)
        {
            throw ApiException.Schema("Extra inputs are not permitted", field);
        }
    }

    /// <summary>A name that an administrator gives a user, or null.</summary>
    public static string? Name(string? name) =>
        name is null || UserNames.IsName(name) ? name : throw ApiException.Schema($"Input should be {UserNames.Rule}", "name");

    /// <summary>Refuses the absence of a member.</summary>
    public static T Required<T>([NotNull] T? value, string field)
        where T : class =>
        value ?? throw ApiException.Schema("Field required", field);
}
