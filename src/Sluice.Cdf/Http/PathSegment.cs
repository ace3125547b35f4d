namespace Sluice.Cdf.Http;

/// <summary>Escapes names that become a part of a URL's path.</summary>
public static class PathSegment
{
    /// <summary>
    /// Escapes <paramref name="name"/> so that it stays one segment: <c>/</c>, <c>?</c>, <c>#</c> and <c>%</c> too, and a name of dots, which a URL parser
    /// would resolve.
    /// </summary>
    public static string Escape(string name) => name switch
    {
        "." => "%2E",
        ".." => "%2E%2E",
        _ => Uri.EscapeDataString(name),
    };
}
