namespace Sluice.Cdf.Tokens;

/// <summary>Where the bearer token of a CDF client comes from.</summary>
public interface ITokenSource
{
    /// <summary>
    /// The token to send. <paramref name="rejected"/> is the token that CDF has just answered 401 to, null otherwise: a source that still holds this one
    /// fetches another, so that many requests refused at once cause one fetch. Failures are values, see <see cref="TokenResult.Error"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">Only by <paramref name="cancellationToken"/>.</exception>
    ValueTask<TokenResult> GetAsync(string? rejected, CancellationToken cancellationToken);
}
