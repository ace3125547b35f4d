using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>What a COPY says of the rows that it has set aside, by LOG_VERBOSITY, in PostgreSQL's words where it has them (copyfromparse.c).</summary>
internal static partial class CopyNotices
{
    /// <summary>The notices in their order, each row's before that of all.</summary>
    public static IEnumerable<PgError> Of(WriteResult result, CopyLogVerbosity verbosity)
    {
        var rows = verbosity == CopyLogVerbosity.Verbose ? result.Rejected.Select(OfRow) : [];
        var all = verbosity == CopyLogVerbosity.Silent ? [] : SetAside.Notices(result);
        return [.. result.Notices, .. rows, .. all];
    }

    private static PgError OfRow(RejectedRow row) => new()
    {
        Severity = PgSeverity.Notice,
        SqlState = SqlState.SuccessfulCompletion,
        Message = MessageOf(row),
    };

    private static string MessageOf(RejectedRow row)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"at line {row.Origin}");
        if (row.IsRefusal)
        {
            return $"skipping row due to refusal by CDF {line}: {row.Reason.Message}";
        }

        return row.Reason.Context is { } context && Place().Match(context) is { Success: true } place
            ? $"skipping row due to data type incompatibility {line} for column \"{place.Groups["column"].Value}\": {place.Groups["value"].Value}"
            : $"skipping row due to data type incompatibility {line}: {row.Reason.Message}";
    }

    /// <summary>The CONTEXT of an error about a value.</summary>
    [GeneratedRegex(@"^COPY .*, line \d+, column (?<column>.+?): (?<value>.*)$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();
}
