namespace Sluice.Gateway.Admin;

/// <summary>Ends a call of the administration API with <c>{"error":{"code","message"}}</c>.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong and what to do; never a secret.</param>
public sealed class ApiException(int status, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>What the request named and is not there.</summary>
    public IReadOnlyList<MissingItem>? Missing { get; init; }

    /// <summary>The body does not fit the schema, in the words of the original.</summary>
    public static ApiException Schema(string rule, string field) => new(422, $"{rule}: {field}");

    /// <summary>There are no such users, or none that the caller may know of.</summary>
    public static ApiException NoUsers(string project, IReadOnlyList<string> usernames) =>
        new(404, $"there is no gateway user {string.Join(", ", usernames)} in project {project}")
        {
            Missing = [.. usernames.Select(username => new MissingItem(Username: username))],
        };

    /// <summary>The user has no such tables.</summary>
    public static ApiException NoTables(string username, IReadOnlyList<string> tablenames) =>
        new(404, $"user {username} has no table {string.Join(", ", tablenames)}")
        {
            Missing = [.. tablenames.Select(tablename => new MissingItem(Tablename: tablename))],
        };
}
