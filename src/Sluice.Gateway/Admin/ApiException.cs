namespace Sluice.Gateway.Admin;

/// <summary>Ends a call of the administration API with <c>{"error":{"code","message"}}</c>.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong and what to do; never a secret.</param>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>The body does not fit the schema, in the words of the original.</summary>
    public static ApiException Schema(string rule, string field) => new(422, $"{rule}: {field}");
}
