using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Instances;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>Says a CDF error as a PostgreSQL error: CDF's own words first, then the keys that it is about, the request id last.</summary>
/// <param name="plan">The write.</param>
/// <param name="reading">The request was to see rows that the write is about.</param>
internal sealed class CdfErrorMapper(WritePlan plan, bool reading = false)
{
    private const int NamedKeys = 5;

    // A request may miss ten thousand series, and the line of any of them will do.
    private const int SearchedKeys = 1_000;

    private readonly RowErrors _errors = new(plan);

    /// <summary>
    /// The error of a request of which nothing is stored. What the statement has stored otherwise is not considered: see <see cref="WriteFailure"/>.
    /// </summary>
    public PgError Map(CdfError error, WriteKeys keys)
    {
        var sqlState = IsMissingColumn(error) ? SqlState.ForeignKeyViolation
            : plan.Table.HasInstances && InstanceErrors.SqlStateOf(error) is { } known ? known : SqlStateOf(error);
        var named = Named(error);
        var isDuplicate = sqlState == SqlState.UniqueViolation;
        return new PgError
        {
            SqlState = sqlState,
            Message = MessageOf(error, named),
            Detail = isDuplicate && named.Count > 0 ? $"Key ({keys.Column})=({named[0]}) already exists." : null,
            Hint = HintFor(error, sqlState),
            Context = PlaceOf(named, keys),
            SchemaName = "public",
            TableName = plan.Table.Name,
            ConstraintName = isDuplicate ? $"{plan.Table.Name}_{keys.Column}_key" : null,
        };
    }

    /// <summary>CDF's words, the keys that they are about, and the request's id.</summary>
    public static string MessageOf(CdfError error, IReadOnlyList<CdfIdentity> named)
    {
        var keys = string.Empty;
        if (named.Count > 0)
        {
            keys = $": {string.Join(", ", named.Take(NamedKeys).Select(key => $"\"{key}\""))}";
            keys += named.Count > NamedKeys ? $" and {named.Count - NamedKeys} more" : string.Empty;
        }

        var fields = error.MissingFields.Count > 0 ? $" (missing: {string.Join(", ", error.MissingFields)})" : string.Empty;
        var request = error.RequestId is null ? string.Empty : $" (CDF request {error.RequestId})";
        return error.Message.TrimEnd('.') + keys + fields + request;
    }

    private static string SqlStateOf(CdfError error) => error.Kind switch
    {
        CdfErrorKind.Conflict or CdfErrorKind.Unprocessable when error.Duplicated.Count > 0 => SqlState.UniqueViolation,
        CdfErrorKind.Conflict => SqlState.UniqueViolation,
        _ when error.Missing.Count > 0 || IsMissingReference(error) => SqlState.ForeignKeyViolation,
        CdfErrorKind.NotFound => SqlState.UndefinedTable,
        CdfErrorKind.Unauthorized or CdfErrorKind.TokenRefused => SqlState.InvalidAuthorizationSpecification,
        CdfErrorKind.Forbidden => SqlState.InsufficientPrivilege,
        CdfErrorKind.Throttled => SqlState.ConfigurationLimitExceeded,
        CdfErrorKind.ServerError => SqlState.SystemError,
        CdfErrorKind.Unreachable or CdfErrorKind.TokenUnavailable => SqlState.ConnectionFailure,
        CdfErrorKind.OutcomeUnknown or CdfErrorKind.Timeout or CdfErrorKind.Stopped => SqlState.StatementCompletionUnknown,
        _ when error.Status == 413 => SqlState.ProgramLimitExceeded,
        _ => SqlState.InvalidParameterValue,
    };

    /// <summary>CDF answers 404 to rows with a column that the sequence does not have.</summary>
    private bool IsMissingColumn(CdfError error) => plan.Table.Kind == TableKind.SequenceRows && error.Kind == CdfErrorKind.NotFound;

    // CDF says these without a list (CDF API error texts as its own clients parse them).
    private static bool IsMissingReference(CdfError error) => error.Kind == CdfErrorKind.BadRequest
        && (error.Message.StartsWith("Invalid dataSetIds", StringComparison.Ordinal)
            || error.Message.StartsWith("Reference to unknown parent", StringComparison.Ordinal)
            || error.Message.StartsWith("The given parent ids do not exist", StringComparison.Ordinal));

    private string? HintFor(CdfError error, string sqlState)
    {
        var isDataPoint = plan.Table.Kind is TableKind.DoubleDatapoints or TableKind.StringDatapoints;
        if (isDataPoint && error.Message.StartsWith("Expected string value", StringComparison.Ordinal))
        {
            return "The time series holds strings: write to string_datapoints.";
        }

        if (isDataPoint && error.Message.StartsWith("Expected numeric value", StringComparison.Ordinal))
        {
            return "The time series holds numbers: write to double_datapoints.";
        }

        return sqlState switch
        {
            SqlState.ForeignKeyViolation when IsMissingColumn(error) => "The columns must be among those of the sequence: SELECT columns FROM sequences.",
            SqlState.ForeignKeyViolation when plan.Table.Kind == TableKind.SequenceRows => "Insert the sequence into sequences first.",
            SqlState.ForeignKeyViolation when plan.Table.Kind == TableKind.ExtractionPipelineRuns =>
                "Insert the pipeline into extraction_pipelines first.",
            SqlState.ForeignKeyViolation when plan.Table.Kind == TableKind.Edges =>
                "Create the nodes first, or SET sluice.create_missing = on.",
            SqlState.SerializationFailure => "Another writer changed the same instances at the same time. Try again.",
            SqlState.ForeignKeyViolation when isDataPoint => "Insert the time series into time_series first.",
            SqlState.ForeignKeyViolation => "Create what the rows refer to first.",
            SqlState.InsufficientPrivilege => Capability.Hint(Needed),
            SqlState.InvalidAuthorizationSpecification => "The credentials of the session no longer work. An administrator gives a gateway user new ones; who came with an access token connects again with a new one.",
            SqlState.ConfigurationLimitExceeded => "CDF refuses the rate of requests. Try again later, or with fewer loads at once.",
            _ => null,
        };
    }

    /// <summary>The first row that has one of the keys which CDF names.</summary>
    public static long? OriginOf(CdfError error, WriteKeys keys) => FirstNamed(Named(error), keys)?.Origin;

    private IReadOnlyList<Capability> Needed
    {
        get
        {
            var capabilities = plan.Table.Capabilities;
            var needed = reading || plan is { Verb: WriteVerb.Delete, ReturnsRows: true } ? capabilities.WithReading(Use) : capabilities.For(Use);
            return needed ?? throw new InvalidOperationException($"CDF has no call for {Use} of {plan.Table.Name}, and was asked all the same.");
        }
    }

    private SqlUse Use => plan switch
    {
        { Verb: WriteVerb.Update } => SqlUse.Update,
        { Verb: WriteVerb.Delete } => SqlUse.Delete,
        { Conflict: ConflictAction.Update } => SqlUse.Upsert,
        { Conflict: ConflictAction.Ignore } => SqlUse.InsertMissing,
        _ => SqlUse.Insert,
    };

    private static IReadOnlyList<CdfIdentity> Named(CdfError error) => error.Duplicated.Count > 0 ? error.Duplicated : error.Missing;

    private static (CdfIdentity Key, long Origin)? FirstNamed(IReadOnlyList<CdfIdentity> named, WriteKeys keys)
    {
        (CdfIdentity Key, long Origin)? first = null;
        foreach (var key in named.Take(SearchedKeys))
        {
            if (keys.OriginOf(key) is { } origin && !(origin >= first?.Origin))
            {
                first = (key, origin);
            }
        }

        return first;
    }

    private string? PlaceOf(IReadOnlyList<CdfIdentity> named, WriteKeys keys) =>
        FirstNamed(named, keys) is var (key, origin) ? _errors.PlaceOf(origin, keys.Column, $"\"{key}\"") : null;
}
