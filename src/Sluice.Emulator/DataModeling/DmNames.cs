using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>The names of data modeling and what they may look like.</summary>
internal static partial class DmNames
{
    /// <summary>Characters of an instance's external id.</summary>
    private const int MaxInstanceIdLength = 256;

    private const int MatchMilliseconds = 1000;

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private static readonly HashSet<string> s_reservedSpaces = new(StringComparer.Ordinal)
    {
        "space", "cdf", "dms", "pg3", "shared", "system", "node", "edge",
    };

    private static readonly HashSet<string> s_reservedProperties = new(StringComparer.Ordinal)
    {
        "space", "externalId", "createdTime", "lastUpdatedTime", "deletedTime", "edge_id", "node_id", "project_id", "property_group",
        "seq", "tg_table_name", "extensions",
    };

    /// <summary>The <c>space</c> of an object that lives in one.</summary>
    public static string Space(JsonElement item) => Matching(item.Required("space"), "space", SpacePattern());

    /// <summary>The <c>space</c> of a new space, which must not be a reserved word.</summary>
    public static string NewSpace(JsonElement item) => Space(item) is var space && s_reservedSpaces.Contains(space)
        ? throw CdfException.Violation("space", $"must not be one of the reserved words {string.Join(", ", s_reservedSpaces)}")
        : space;

    /// <summary>The <c>externalId</c> of a container, a view or a data model.</summary>
    public static string ExternalId(JsonElement item) => Matching(item.Required("externalId"), "externalId", ExternalIdPattern());

    public static string Version(JsonElement item) => Matching(item.Required("version"), "version", VersionPattern());

    /// <summary>The identifier of a property in a container or a view.</summary>
    public static string Property(string identifier)
    {
        if (!PropertyPattern().IsMatch(identifier))
        {
            throw CdfException.Violation($"properties.{identifier}", $"must match \"{PropertyPattern()}\"");
        }

        return s_reservedProperties.Contains(identifier)
            ? throw CdfException.Violation($"properties.{identifier}", "must not be a reserved identifier")
            : identifier;
    }

    /// <summary>The identifier of a constraint or an index.</summary>
    public static string Constraint(string identifier) => identifier.Length <= 43 && PropertyPattern().IsMatch(identifier)
        ? identifier
        : throw CdfException.Violation(identifier, $"must match \"{PropertyPattern()}\" and not be longer than 43 characters");

    /// <summary>The space and external id of a node or an edge.</summary>
    public static InstanceKey Instance(JsonElement item, string name)
    {
        JsonChecks.Object(item, name);
        var space = Space(item);
        var externalId = JsonChecks.Text(item.Required("externalId"), "externalId", 1, MaxInstanceIdLength);
        return externalId.Contains('\0', StringComparison.Ordinal)
            ? throw CdfException.Violation("externalId", "must not contain the null character")
            : new InstanceKey(space, externalId);
    }

    private static string Matching(JsonElement value, string name, Regex pattern)
    {
        var text = JsonChecks.String(value, name);
        return pattern.IsMatch(text) ? text : throw CdfException.Violation(name, $"must match \"{pattern}\"");
    }

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9_-]{0,41}[a-zA-Z0-9]?\z", Options, MatchMilliseconds)]
    private static partial Regex SpacePattern();

    [GeneratedRegex(@"^[a-zA-Z]([a-zA-Z0-9_]{0,253}[a-zA-Z0-9])?\z", Options, MatchMilliseconds)]
    private static partial Regex ExternalIdPattern();

    [GeneratedRegex(@"^[a-zA-Z0-9]([.a-zA-Z0-9_-]{0,41}[a-zA-Z0-9])?\z", Options, MatchMilliseconds)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,253}[a-zA-Z0-9]?\z", Options, MatchMilliseconds)]
    private static partial Regex PropertyPattern();
}
