using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Sluice.Gateway.Admin;

/// <summary>A part of a request that takes no members but its own.</summary>
internal abstract class StrictModel
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary><c>{"items":[...]}</c>.</summary>
internal class ItemsRequest<T> : StrictModel
{
    public List<T?>? Items { get; set; }
}

internal sealed class CreateUsersRequest : ItemsRequest<CreateUserItem>;

internal sealed class CreateUserItem : StrictModel
{
    public CredentialsModel? Credentials { get; set; }

    public string? Name { get; set; }

    public Dictionary<string, JsonElement>? Options { get; set; }
}

/// <summary>Either a nonce, as in the original, or an application's credentials.</summary>
internal sealed class CredentialsModel : StrictModel
{
    public string? Nonce { get; set; }

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    public string? TokenUrl { get; set; }

    public string? Scopes { get; set; }

    public long? ExpirationTime { get; set; }
}

internal sealed class CreateTablesRequest : ItemsRequest<CreateTableItem>;

internal sealed class CreateTableItem : StrictModel
{
    public string? Type { get; set; }

    public string? Tablename { get; set; }

    public CreateTableOptions? Options { get; set; }

    public Dictionary<string, CreateColumn?>? Columns { get; set; }
}

/// <summary>The options of both types of tables; which are allowed follows from the type.</summary>
internal sealed class CreateTableOptions : StrictModel
{
    public string? Database { get; set; }

    public string? Table { get; set; }

    public string? PrimaryKey { get; set; }

    public string? Space { get; set; }

    public string? ExternalId { get; set; }

    public string? Version { get; set; }

    public string? InstanceType { get; set; }
}

internal sealed class CreateColumn : StrictModel
{
    public string? Type { get; set; }

    public string? RawColumn { get; set; }
}

internal sealed class UpdateTablesRequest : ItemsRequest<UpdateTableItem>;

internal sealed class UpdateTableItem : StrictModel
{
    public string? Tablename { get; set; }

    public TableUpdate? Update { get; set; }
}

internal sealed class TableUpdate : StrictModel
{
    public NameUpdate? Tablename { get; set; }

    public ColumnsUpdate? Columns { get; set; }
}

internal sealed class NameUpdate : StrictModel
{
    public string? Set { get; set; }
}

internal sealed class ColumnsUpdate : StrictModel
{
    public Dictionary<string, CreateColumn?>? Add { get; set; }

    public List<string?>? Drop { get; set; }

    public Dictionary<string, string?>? Rename { get; set; }
}

internal sealed record ItemsAnswer<T>(IReadOnlyList<T> Items, string? NextCursor = null);

/// <summary><c>{}</c>.</summary>
internal sealed record NothingAnswer;

internal sealed record UserCreated(
    string Host,
    string Username,
    string Password,
    long CreatedTime,
    long LastUpdatedTime,
    long? SessionId,
    JsonObject? Options);

internal sealed record TableAnswer(
    string Type,
    string Tablename,
    IReadOnlyDictionary<string, ColumnAnswer> Columns,
    TableOptionsAnswer? Options,
    long? CreatedTime = null);

internal sealed record ColumnAnswer(string Type, string? RawColumn = null);

/// <summary>The options of both types of tables; those of the other one are left out.</summary>
internal sealed record TableOptionsAnswer
{
    public string? Database { get; init; }

    public string? Table { get; init; }

    public string? PrimaryKey { get; init; }

    public string? Space { get; init; }

    public string? ExternalId { get; init; }

    public string? Version { get; init; }
}

internal sealed record ErrorAnswer(ErrorContent Error);

internal sealed record ErrorContent(int Code, string Message, IReadOnlyList<MissingItem>? Missing = null);

/// <summary>What a request named and is not there.</summary>
public sealed record MissingItem(string? Username = null, string? Tablename = null);
