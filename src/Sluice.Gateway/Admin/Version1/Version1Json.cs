using System.Text.Json.Serialization;

namespace Sluice.Gateway.Admin.Version1;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CreateUserRequest))]
[JsonSerializable(typeof(UserAnswer))]
[JsonSerializable(typeof(CreateTablesRequest))]
[JsonSerializable(typeof(UpdateTablesRequest))]
[JsonSerializable(typeof(DeleteTablesRequest))]
[JsonSerializable(typeof(ItemsAnswer<TableAnswer>))]
internal sealed partial class Version1Json : JsonSerializerContext;
