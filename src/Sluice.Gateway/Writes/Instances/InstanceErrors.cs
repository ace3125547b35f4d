using Sluice.Cdf.Errors;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Instances;

/// <summary>What CDF's words about instances mean: it says most of it without lists (CDF API, "Instances", error texts as its clients parse them).</summary>
internal static class InstanceErrors
{
    /// <summary>The SQLSTATE; <see langword="null"/> where the kind of the error says it all.</summary>
    public static string? SqlStateOf(CdfError error) => error.Kind switch
    {
        // No version is ever insisted on, so it is another writer that came between.
        CdfErrorKind.Conflict => SqlState.SerializationFailure,
        CdfErrorKind.BadRequest when error.Message.StartsWith("Invalid value for non-nullable property", StringComparison.Ordinal) =>
            SqlState.NotNullViolation,
        CdfErrorKind.BadRequest when error.Message.StartsWith("Cannot update immutable property", StringComparison.Ordinal) =>
            SqlState.FeatureNotSupported,
        CdfErrorKind.BadRequest when IsMissing(error.Message) => SqlState.ForeignKeyViolation,
        _ => null,
    };

    private static bool IsMissing(string message) =>
        message.StartsWith("One or more spaces do not exist", StringComparison.Ordinal)
        || (message.StartsWith("Node with external id", StringComparison.Ordinal) && message.Contains("was referenced as", StringComparison.Ordinal));
}
