namespace Sluice.Gateway.Admin;

/// <summary>The places where a token URL may point.</summary>
internal sealed class TokenUrlAllowList(AdminOptions options)
{
    /// <summary>Reads <paramref name="text"/>, if it is a URL to one of those places.</summary>
    /// <exception cref="ApiException">400 with what is wrong.</exception>
    public Uri Check(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
        {
            throw new ApiException(400, "tokenUrl is not a URL, such as https://login.microsoftonline.com/<tenant id>/oauth2/v2.0/token");
        }

        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            throw new ApiException(400, "tokenUrl must have neither a user name nor a fragment");
        }

        return options.TokenUrlHosts.Any(entry => Allows(entry, url))
            ? url
            : throw new ApiException(
                400,
                $"tokenUrl may not point to {url.GetLeftPart(UriPartial.Authority)}; allowed are {string.Join(", ", options.TokenUrlHosts)}. "
                + "The operator of Sluice can add a host in its settings");
    }

    private static bool Allows(string entry, Uri url) => entry.Contains("://", StringComparison.Ordinal)
        ? Uri.TryCreate(entry, UriKind.Absolute, out var origin)
            && Uri.Compare(origin, url, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
        : url.Scheme == Uri.UriSchemeHttps && url.IsDefaultPort && string.Equals(url.IdnHost, entry, StringComparison.OrdinalIgnoreCase);
}
