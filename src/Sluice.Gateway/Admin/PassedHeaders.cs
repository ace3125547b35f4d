using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Admin;

/// <summary>The headers that go along when a call is passed on: all but those for one connection (RFC 9110, 7.6.1), and those for one host.</summary>
internal static class PassedHeaders
{
    private static readonly FrozenSet<string> OfOneConnection = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    // Host and Expect are the HTTP client's; the others tell of places that are no matter of CDF's.
    private static readonly FrozenSet<string> OfSluice = FrozenSet.ToFrozenSet(
        ["Host", "Expect", "Cookie", "Forwarded", "Via", "X-Real-IP"],
        StringComparer.OrdinalIgnoreCase);

    // They would bind the client to CDF's host, or Sluice's host to CDF's word.
    private static readonly FrozenSet<string> OfCdfsHost = FrozenSet.ToFrozenSet(
        ["Alt-Svc", "Set-Cookie", "Strict-Transport-Security", "Server", "Via"],
        StringComparer.OrdinalIgnoreCase);

    public static void Copy(IHeaderDictionary from, HttpRequestMessage to)
    {
        var named = Named(from.Connection);
        foreach (var (name, values) in from)
        {
            if (OfOneConnection.Contains(name) || OfSluice.Contains(name) || named.Contains(name) || name.StartsWith(':')
                || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (!values.All(value => Ascii.IsValid(value)))
            {
                throw new ApiException(400, $"the header {name} has characters beyond ASCII, which cannot be passed on to CDF");
            }

            if (!to.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                to.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }
    }

    public static void Copy(HttpResponseMessage from, IHeaderDictionary to)
    {
        var named = Named(from.Headers.NonValidated.TryGetValues("Connection", out var connection) ? new StringValues([.. connection]) : StringValues.Empty);
        foreach (var (name, values) in from.Headers.NonValidated.Concat(from.Content.Headers.NonValidated))
        {
            if (!OfOneConnection.Contains(name) && !OfCdfsHost.Contains(name) && !named.Contains(name))
            {
                to[name] = new StringValues([.. values]);
            }
        }
    }

    /// <summary>What <c>Connection</c> names is for this connection too.</summary>
    private static HashSet<string> Named(StringValues connection) =>
        connection.SelectMany(value => (value ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
}
