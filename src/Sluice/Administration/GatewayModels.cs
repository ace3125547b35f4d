using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Sluice.Administration;

/// <summary>The list that most calls of the REST API take and give.</summary>
internal sealed record Items<T>(IReadOnlyList<T> List, string? NextCursor = null)
{
    [JsonPropertyName("items")]
    public IReadOnlyList<T> List { get; init; } = List;
}

/// <summary>A user as the gateway knows him. Times are in milliseconds since 1970.</summary>
internal sealed record UserInfo(
    string Username,
    string? Name,
    string Project,
    int Version,
    string? CreatedBy,
    long CreatedTime,
    long LastUpdatedTime,
    long? SessionId,
    ApplicationInfo? Application,
    IReadOnlyDictionary<string, string> Options)
{
    /// <summary>The username, with the name if there is one.</summary>
    public override string ToString() => Name is null ? Username : $"{Name} ({Username})";
}

/// <summary>The application as which a user acts in CDF.</summary>
internal sealed record ApplicationInfo(string ClientId, string TokenUrl, string? Scopes);

/// <summary>With what a user is to act in CDF: a nonce, or an application. Secret.</summary>
internal sealed record Credentials
{
    public string? Nonce { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public string? TokenUrl { get; init; }

    public string? Scopes { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => ClientId is null ? "session" : $"application {ClientId}";
}

internal sealed record NewUser(Credentials Credentials, string? Name = null)
{
    public JsonObject? Options { get; init; }
}

/// <summary>What is to be another of a user; the rest stays.</summary>
internal sealed record UserChange
{
    public SetTo<string>? Name { get; init; }

    public SetTo<Credentials>? Credentials { get; init; }

    public OptionsChange? Options { get; init; }
}

/// <summary><c>{"set":…}</c>.</summary>
internal sealed record SetTo<T>(T Set);

/// <summary>Either all options anew, or some of them.</summary>
internal sealed record OptionsChange
{
    public JsonObject? Set { get; init; }

    public JsonObject? Add { get; init; }

    public IReadOnlyList<string>? Remove { get; init; }
}

internal sealed record UserUpdateItem(string Username, UserChange Update);

internal sealed record TableUpdateItem(string Tablename, TableChange Update);

internal sealed record TableChange(ColumnsChange Columns);

/// <summary>Columns that a table gets and loses.</summary>
internal sealed record ColumnsChange
{
    public OrderedDictionary<string, ColumnInfo>? Add { get; init; }

    public IReadOnlyList<string>? Drop { get; init; }
}

/// <summary>How to log in; the password is told this once.</summary>
internal sealed record Login(string Host, string Username, string Password, long? SessionId, long? PreviousPasswordValidUntil);

internal sealed record UsernameItem(string Username);

internal sealed record RotateItem(string Username, int PreviousPasswordValidSeconds);

internal sealed record TablenameItem(string Tablename);

internal sealed record TableInfo(
    string Type,
    string Tablename,
    OrderedDictionary<string, ColumnInfo>? Columns,
    TableLocation? Options,
    long? CreatedTime = null)
{
    /// <summary>The type of a table over a RAW table.</summary>
    public const string RawRows = "raw_rows";

    /// <summary>The type, in a request, of a table over a view.</summary>
    public const string View = "view";

    /// <summary>The type, in a list, of a table over a view's edges.</summary>
    public const string Edges = "edges";
}

internal sealed record ColumnInfo(string Type);

/// <summary>Where the rows of a table are in CDF: a RAW table, or the instances of a view.</summary>
internal sealed record TableLocation
{
    public string? Database { get; init; }

    public string? Table { get; init; }

    public string? PrimaryKey { get; init; }

    public string? Space { get; init; }

    public string? ExternalId { get; init; }

    public string? Version { get; init; }

    public string? InstanceType { get; init; }

    /// <summary>As the command line takes it.</summary>
    public override string ToString() => Database is null ? $"{Space}/{ExternalId}/{Version}".TrimEnd('/') : $"{Database}.{Table}";
}

internal sealed record SecretToCompare(string ClientSecret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(SecretToCompare);
}

internal sealed record ComparedSecret(bool Same);

internal sealed record Nothing;

internal sealed record Failure(FailureContent Error);

internal sealed record FailureContent(int Code, string Message);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Items<UserInfo>))]
[JsonSerializable(typeof(Items<NewUser>))]
[JsonSerializable(typeof(Items<Login>))]
[JsonSerializable(typeof(Items<UsernameItem>))]
[JsonSerializable(typeof(Items<RotateItem>))]
[JsonSerializable(typeof(Items<TablenameItem>))]
[JsonSerializable(typeof(Items<UserUpdateItem>))]
[JsonSerializable(typeof(Items<TableUpdateItem>))]
[JsonSerializable(typeof(Items<TableInfo>))]
[JsonSerializable(typeof(UserInfo[]))]
[JsonSerializable(typeof(TableInfo[]))]
[JsonSerializable(typeof(SecretToCompare))]
[JsonSerializable(typeof(ComparedSecret))]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(Failure))]
internal sealed partial class GatewayJson : JsonSerializerContext
{
    /// <summary>For people and scripts that read <c>--output json</c>.</summary>
    public static GatewayJson Printed { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
