using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Sluice.Gateway.Admin;

/// <summary><c>{"limit":10,"cursor":"..."}</c>.</summary>
internal sealed class ListUsersRequest : StrictModel
{
    public int? Limit { get; set; }

    public string? Cursor { get; set; }
}

/// <summary>Items that may be unknown. The Python SDK spells the option in snake case when it deletes users, and in camel case elsewhere.</summary>
internal class KnownItemsRequest<T> : ItemsRequest<T>
{
    public bool? IgnoreUnknownIds { get; set; }

    [JsonPropertyName("ignore_unknown_ids")]
    public bool? IgnoreUnknownIdsInSnakeCase { get; set; }

    [JsonIgnore]
    public bool IgnoresUnknown => IgnoreUnknownIds ?? IgnoreUnknownIdsInSnakeCase ?? false;
}

internal sealed class UsernamesRequest : KnownItemsRequest<UsernameItem>;

internal sealed class UsernameItem : StrictModel
{
    public string? Username { get; set; }
}

internal sealed class TablenamesRequest : KnownItemsRequest<TablenameItem>;

internal sealed class TablenameItem : StrictModel
{
    public string? Tablename { get; set; }
}

internal sealed class RotatePasswordRequest : ItemsRequest<RotatePasswordItem>;

internal sealed class RotatePasswordItem : StrictModel
{
    public string? Username { get; set; }

    public int? PreviousPasswordValidSeconds { get; set; }
}

internal sealed record PasswordRotated(
    string Host,
    string Username,
    string Password,
    long CreatedTime,
    long LastUpdatedTime,
    long? SessionId,
    long? PreviousPasswordValidUntil);

internal sealed class UpdateUsersRequest : ItemsRequest<UpdateUserItem>;

internal sealed class UpdateUserItem : StrictModel
{
    public string? Username { get; set; }

    public UserUpdate? Update { get; set; }
}

internal sealed class UserUpdate : StrictModel
{
    public NameUpdate? Name { get; set; }

    public CredentialsUpdate? Credentials { get; set; }

    public OptionsUpdate? Options { get; set; }
}

internal sealed class CredentialsUpdate : StrictModel
{
    public CredentialsModel? Set { get; set; }
}

/// <summary>A user; <paramref name="Name"/> only if he was given one, <paramref name="Credentials"/> only if the caller asks for it, since the original does not have it.</summary>
internal sealed record UserAnswer(
    string Username,
    string? Name,
    long CreatedTime,
    long LastUpdatedTime,
    long? SessionId,
    JsonObject? Options,
    CredentialsAnswer? Credentials = null);

/// <summary>What may be told of a user's credentials.</summary>
/// <param name="Type"><c>session</c> or <c>application</c>.</param>
/// <param name="ExpirationTime">When the session or the client secret ends, in milliseconds, if that is known.</param>
/// <param name="Warning">Says that it ends within 14 days.</param>
internal sealed record CredentialsAnswer(string Type, long? ExpirationTime, string? Warning);

/// <summary>Either all options anew, or some of them.</summary>
internal sealed class OptionsUpdate : StrictModel
{
    public Dictionary<string, JsonElement>? Set { get; set; }

    public Dictionary<string, JsonElement>? Add { get; set; }

    public List<string?>? Remove { get; set; }
}
