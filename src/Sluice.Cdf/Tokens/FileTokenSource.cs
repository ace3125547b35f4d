namespace Sluice.Cdf.Tokens;

/// <summary>A token that another program keeps fresh in a file, e.g. a Kubernetes service-account token; read anew at every minute and after a 401.</summary>
public sealed class FileTokenSource(string path, TimeProvider time) : CachedTokenSource(time)
{
    private static readonly TimeSpan _keep = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task<IssuedToken> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            return token.Length > 0
                ? IssuedToken.Of(token, _keep)
                : IssuedToken.Failed(new TokenError(TokenErrorKind.Unreachable, $"the service token file {path} is empty"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return IssuedToken.Failed(new TokenError(TokenErrorKind.Unreachable, $"the service token file cannot be read: {e.Message}"));
        }
    }
}
