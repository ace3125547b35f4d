using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Gateway.Admin.Version1;

internal sealed class CreateUserRequest : StrictModel
{
    public AuthModel? Auth { get; set; }

    public string? Project { get; set; }
}

internal sealed class AuthModel : StrictModel
{
    [JsonPropertyName("token_url")]
    public string? TokenUrl { get; set; }

    [JsonPropertyName("client_id")]
    public string? ClientId { get; set; }

    [JsonPropertyName("client_secret")]
    public string? ClientSecret { get; set; }

    public string? Scope { get; set; }
}

internal sealed record UserAnswer(string Username, string Password, string Host, int Port, string Database);

internal sealed class CreateTablesRequest : ItemsRequest<CreateTableItem>;

internal sealed class CreateTableItem : StrictModel
{
    public string? Destination { get; set; }

    public string? Name { get; set; }

    public List<string?>? Columns { get; set; }

    public TableOptions? Options { get; set; }
}

internal sealed class TableOptions : StrictModel
{
    [JsonPropertyName("primary_key")]
    public string? PrimaryKey { get; set; }

    public string? Database { get; set; }

    public string? Table { get; set; }
}

internal sealed class UpdateTablesRequest : ItemsRequest<UpdateTableItem>;

internal sealed class UpdateTableItem : StrictModel
{
    /// <summary>A number, or its digits as text.</summary>
    public JsonElement? Id { get; set; }

    public TableUpdate? Update { get; set; }
}

internal sealed class TableUpdate : StrictModel
{
    public NameUpdate? Name { get; set; }

    public ColumnsUpdate? Columns { get; set; }
}

internal sealed class ColumnsUpdate : StrictModel
{
    public List<string?>? Add { get; set; }
}

internal sealed class DeleteTablesRequest : ItemsRequest<TableIdItem>;

internal sealed class TableIdItem : StrictModel
{
    /// <summary>A number, or its digits as text.</summary>
    public JsonElement? Id { get; set; }
}

internal sealed record TableAnswer(long Id, string Destination, string Name, IReadOnlyList<string> Columns, OptionsAnswer Options);

internal sealed record OptionsAnswer([property: JsonPropertyName("primary_key")] string? PrimaryKey, string Database, string Table);
