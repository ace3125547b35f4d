namespace Sluice.Cdf.Tokens;

/// <summary>A token that someone else brought, e.g. the caller of the REST API; or none at all.</summary>
public sealed class StaticTokenSource(string token) : ITokenSource
{
    /// <summary>Sends no Authorization header.</summary>
    public static StaticTokenSource None { get; } = new(string.Empty);

    /// <inheritdoc />
    public ValueTask<TokenResult> GetAsync(string? rejected, CancellationToken cancellationToken) => ValueTask.FromResult(TokenResult.Of(token));
}
