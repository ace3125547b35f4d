using System.Text.Json.Serialization;
using Sluice.Gateway.Admin.Local;

namespace Sluice.Gateway.Admin;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CreateUsersRequest))]
[JsonSerializable(typeof(ListUsersRequest))]
[JsonSerializable(typeof(UsernamesRequest))]
[JsonSerializable(typeof(UpdateUsersRequest))]
[JsonSerializable(typeof(RotatePasswordRequest))]
[JsonSerializable(typeof(TablenamesRequest))]
[JsonSerializable(typeof(CreateTablesRequest))]
[JsonSerializable(typeof(UpdateTablesRequest))]
[JsonSerializable(typeof(ItemsAnswer<UserCreated>))]
[JsonSerializable(typeof(ItemsAnswer<UserAnswer>))]
[JsonSerializable(typeof(ItemsAnswer<PasswordRotated>))]
[JsonSerializable(typeof(ItemsAnswer<TableAnswer>))]
[JsonSerializable(typeof(ItemsAnswer<LocalUserAnswer>))]
[JsonSerializable(typeof(LocalUserAnswer))]
[JsonSerializable(typeof(CompareCredentialsRequest))]
[JsonSerializable(typeof(CompareCredentialsAnswer))]
[JsonSerializable(typeof(NothingAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class AdminJson : JsonSerializerContext;
