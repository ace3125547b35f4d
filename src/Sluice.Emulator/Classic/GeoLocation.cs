using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Classic;

/// <summary>The shape of <c>geoLocation</c>: a GeoJSON Feature with a geometry.</summary>
internal static class GeoLocation
{
    private static readonly string[] s_types = ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"];

    public static void Check(JsonElement value)
    {
        if (JsonChecks.String(value.Required("type"), "geoLocation.type") != "Feature")
        {
            throw CdfException.Violation("geoLocation.type", "must be Feature");
        }

        var geometry = JsonChecks.Object(value.Required("geometry"), "geoLocation.geometry");
        if (!s_types.Contains(JsonChecks.String(geometry.Required("type"), "geoLocation.geometry.type"), StringComparer.Ordinal))
        {
            throw CdfException.Violation("geoLocation.geometry.type", $"must be one of {string.Join(", ", s_types)}");
        }

        JsonChecks.Array(geometry.Required("coordinates"), "geoLocation.geometry.coordinates", 1);
    }
}
