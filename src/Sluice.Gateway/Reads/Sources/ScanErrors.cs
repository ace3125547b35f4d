using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>Says an error of CDF at a read as a PostgreSQL error. A read leaves nothing in doubt, so it may always be repeated.</summary>
internal static class ScanErrors
{
    /// <summary>The error of a read of <paramref name="table"/>.</summary>
    public static PgException Of(CdfError error, TableDefinition table) => Of(error, table, table.Capabilities.Select);

    /// <summary>The error of a read of <paramref name="table"/> for a statement that needs <paramref name="capabilities"/>.</summary>
    public static PgException Of(CdfError error, TableDefinition table, IReadOnlyList<Capability> capabilities)
    {
        var sqlState = SqlStateOf(error);
        return new PgException(new PgError
        {
            SqlState = sqlState,
            Message = CdfErrorMapper.MessageOf(error, []),
            Hint = HintFor(sqlState, capabilities),
            SchemaName = "public",
            TableName = table.Name,
        });
    }

    private static string SqlStateOf(CdfError error) => error.Kind switch
    {
        CdfErrorKind.NotFound => SqlState.UndefinedTable,
        CdfErrorKind.Unauthorized or CdfErrorKind.TokenRefused => SqlState.InvalidAuthorizationSpecification,
        CdfErrorKind.Forbidden => SqlState.InsufficientPrivilege,
        CdfErrorKind.Throttled => SqlState.ConfigurationLimitExceeded,
        CdfErrorKind.ServerError => SqlState.SystemError,
        CdfErrorKind.Unreachable or CdfErrorKind.TokenUnavailable or CdfErrorKind.OutcomeUnknown or CdfErrorKind.Timeout or CdfErrorKind.Stopped =>
            SqlState.ConnectionFailure,
        _ => SqlState.InvalidParameterValue,
    };

    private static string? HintFor(string sqlState, IReadOnlyList<Capability> capabilities) => sqlState switch
    {
        SqlState.InsufficientPrivilege => Capability.Hint(capabilities),
        SqlState.InvalidAuthorizationSpecification => "The credentials of the session no longer work. An administrator gives a gateway user new ones; who came with an access token connects again with a new one.",
        SqlState.ConfigurationLimitExceeded => "CDF refuses the rate of requests. Try again later, or with fewer statements at once.",
        SqlState.ConnectionFailure or SqlState.SystemError => "CDF did not answer as it should; nothing was changed. Try again.",
        _ => null,
    };
}
