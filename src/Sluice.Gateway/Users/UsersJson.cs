using System.Text.Json.Serialization;

namespace Sluice.Gateway.Users;

/// <summary>What is stored as JSON in database <c>sluice</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(UserCredentials))]
[JsonSerializable(typeof(RawTableDeclaration))]
[JsonSerializable(typeof(ViewTableDeclaration))]
[JsonSerializable(typeof(UserOptions))]
internal sealed partial class UsersJson : JsonSerializerContext;
