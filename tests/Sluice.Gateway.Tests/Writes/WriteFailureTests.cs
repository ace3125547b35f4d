using Sluice.Cdf.Errors;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes;

public sealed class WriteFailureTests
{
    private static readonly WritePlan Plan = WritePlan.Create(WriteTestContext.Table("assets"), ["external_id", "name"], WriteVerb.Copy);

    [Theory]
    [InlineData(CdfErrorKind.BadRequest, 400, SqlState.InvalidParameterValue)]
    [InlineData(CdfErrorKind.BadRequest, 413, SqlState.ProgramLimitExceeded)]
    [InlineData(CdfErrorKind.Unauthorized, 401, SqlState.InvalidAuthorizationSpecification)]
    [InlineData(CdfErrorKind.TokenRefused, 0, SqlState.InvalidAuthorizationSpecification)]
    [InlineData(CdfErrorKind.Forbidden, 403, SqlState.InsufficientPrivilege)]
    [InlineData(CdfErrorKind.NotFound, 404, SqlState.UndefinedTable)]
    [InlineData(CdfErrorKind.Conflict, 409, SqlState.UniqueViolation)]
    [InlineData(CdfErrorKind.Throttled, 429, SqlState.ConfigurationLimitExceeded)]
    [InlineData(CdfErrorKind.ServerError, 500, SqlState.SystemError)]
    [InlineData(CdfErrorKind.Unreachable, 0, SqlState.ConnectionFailure)]
    [InlineData(CdfErrorKind.TokenUnavailable, 0, SqlState.ConnectionFailure)]
    [InlineData(CdfErrorKind.Timeout, 0, SqlState.StatementCompletionUnknown)]
    [InlineData(CdfErrorKind.OutcomeUnknown, 0, SqlState.StatementCompletionUnknown)]
    public void Each_kind_of_CDF_error_has_its_code(CdfErrorKind kind, int status, string sqlState) =>
        Assert.Equal(sqlState, Map(new CdfError { Kind = kind, Status = status, Message = "words" }).SqlState);

    [Theory]
    [InlineData("Invalid dataSetIds: 1")]
    [InlineData("Reference to unknown parent with externalId x")]
    [InlineData("The given parent ids do not exist: 1")]
    public void References_that_CDF_misses_without_a_list_are_23503(string words) =>
        Assert.Equal(SqlState.ForeignKeyViolation, Map(new CdfError { Kind = CdfErrorKind.BadRequest, Status = 400, Message = words }).SqlState);

    [Fact]
    public void The_words_of_CDF_come_first_then_some_keys_then_the_request()
    {
        var error = new CdfError
        {
            Kind = CdfErrorKind.Conflict,
            Status = 409,
            Message = "Asset id duplicated.",
            RequestId = "r-1",
            Duplicated = [.. Enumerable.Range(0, 7).Select(i => new CdfIdentity(ExternalId: $"a{i}"))],
        };
        var mapped = Map(error);
        Assert.Equal("Asset id duplicated: \"a0\", \"a1\", \"a2\", \"a3\", \"a4\" and 2 more (CDF request r-1)", mapped.Message);
        Assert.Equal(3, CdfErrorMapper.OriginOf(error, Keys()));
        Assert.Equal("COPY assets, line 3, column external_id: \"a1\"", mapped.Context);
    }

    [Theory]
    [InlineData(SqlState.SystemError, 0, false, SqlState.SystemError)]
    [InlineData(SqlState.SystemError, 1, false, SqlState.StatementCompletionUnknown)]
    [InlineData(SqlState.ConfigurationLimitExceeded, 1, false, SqlState.StatementCompletionUnknown)]
    [InlineData(SqlState.ConnectionFailure, 1, false, SqlState.StatementCompletionUnknown)]
    [InlineData(SqlState.UniqueViolation, 1, false, SqlState.UniqueViolation)]
    [InlineData(SqlState.UniqueViolation, 0, true, SqlState.StatementCompletionUnknown)]
    [InlineData(SqlState.QueryCanceled, 1, true, SqlState.QueryCanceled)]
    public void A_code_that_drivers_repeat_is_kept_only_where_a_repetition_does_no_harm(string sqlState, long stored, bool isUnknown, string expected)
    {
        var cause = new PgError { SqlState = sqlState, Message = "m" };
        Assert.Equal(expected, WriteFailure.Of(cause, new WriteProgress(stored, [], isUnknown)).Error.SqlState);
    }

    [Fact]
    public void The_detail_counts_what_is_stored_and_names_some_of_what_is_in_doubt()
    {
        var keys = new WriteKeys("external_id");
        for (var i = 0; i < 12; i++)
        {
            keys.Add(System.Text.Encoding.UTF8.GetBytes($"k{i}"), i);
        }

        var progress = new WriteProgress(5_000, [new DoubtfulRows(12, keys)], IsUnknown: true);
        Assert.Equal(
            "Row 3.\n5000 rows of the statement are stored. "
            + "It is not known of 12 more rows whether they are (external_id: k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, …).",
            WriteFailure.Of(new PgError { SqlState = "XX000", Message = "m", Detail = "Row 3." }, progress).Error.Detail);
    }

    private static PgError Map(CdfError error) => new CdfErrorMapper(Plan).Map(error, Keys());

    private static WriteKeys Keys()
    {
        var keys = new WriteKeys("external_id");
        keys.Add("a1"u8, 3);
        keys.Add("a2"u8, 4);
        return keys;
    }
}
