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

    /// <summary>
    /// A token that was issued within the last <paramref name="maxAge"/>, to learn whether the credentials still get one. A failure leaves the token that is in
    /// use alone. A source that issues none gives what it has.
    /// </summary>
    /// <exception cref="OperationCanceledException">Only by <paramref name="cancellationToken"/>.</exception>
    ValueTask<TokenResult> RenewAsync(TimeSpan maxAge, CancellationToken cancellationToken) => GetAsync(rejected: null, cancellationToken);

    /// <summary>When the credentials themselves end, as far as the provider has told.</summary>
    DateTimeOffset? End => null;
}
