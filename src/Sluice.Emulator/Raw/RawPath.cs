using Microsoft.AspNetCore.Http.Features;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Raw;

/// <summary>
/// The names in a RAW path, decoded from the request line: routing leaves an encoded slash as it is, and a name may well have one.
/// </summary>
internal sealed record RawPath(string Database, string Table, string Key)
{
    private const string Marker = "/raw/dbs/";

    public static RawPath Of(CdfCall call)
    {
        var target = call.Http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];

        // dbs/{db}/tables/{table}/rows/{key}
        var parts = path[(path.IndexOf(Marker, StringComparison.OrdinalIgnoreCase) + Marker.Length)..].Split('/');
        return new RawPath(Part(parts, 0), Part(parts, 2), Part(parts, 4));
    }

    private static string Part(string[] parts, int index) => index < parts.Length ? Uri.UnescapeDataString(parts[index]) : "";
}
