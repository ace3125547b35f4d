using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Reads.Queries;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>
/// What a scan is said to cost. The planner believes it, so it is the lever by which scans are steered: a sort that CDF cannot do exactly is priced so that
/// PostgreSQL sorts by itself, and a look-up for each row of a join so that one scan is preferred, to which the keys of the other side are handed at once.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScanEstimate(double Cost, long Rows)
{
    /// <summary>Bytes of a row; only its order of magnitude matters.</summary>
    private const int Width = 200;

    private const double Forbidden = 1e10;
    private const double RoundTrip = 5_000;
    private const double Probe = 500_000;
    private const long KeysPerRequest = 1_000;
    private const long UnknownRows = 100_000;

    private const long HistoryRows = 1_000;

    // Of an array that is known only when the query runs.
    private const long UnknownKeys = 100;

    /// <summary>
    /// The estimate for a query. While the size of a table is not known, every table is taken to be large, so that nothing depends on
    /// reading it twice.
    /// </summary>
    /// <param name="query">The scan.</param>
    /// <param name="table">Its table; <see langword="null"/> if that is none of CDF.</param>
    /// <param name="hints">Key sets of the session's statement.</param>
    public static ScanEstimate Of(ScanQuery query, TableDefinition? table, IReadOnlyList<KeySet> hints)
    {
        if (query.Schema == HistoryTables.Schema && !query.IsSorted)
        {
            return new ScanEstimate(RoundTrip, HistoryRows);
        }

        if (query.IsSorted)
        {
            return new ScanEstimate(Forbidden, UnknownRows);
        }

        var members = query.Conditions.OfType<MemberCondition>().Where(member => !member.Negated && table is not null && IsKey(table, member.Column)).ToList();
        if (members.Count > 0)
        {
            var isProbe = members.Exists(static member => member.Values.Any(static v => v is { Kind: ScanOperandKind.Placeholder, IsArray: false }));
            return isProbe ? new ScanEstimate(Probe, 1) : ByKeys(members.Min(KeysOf));
        }

        return hints.FirstOrDefault(hint => hint.Table == query.Table) is { } keys
            ? ByKeys(keys.Keys.Count)
            : new ScanEstimate(RoundTrip + UnknownRows, UnknownRows);
    }

    /// <summary>The one line of EXPLAIN that is read.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"CDF scan  (cost=0.00..{Cost:F2} rows={Rows} width={Width})");

    private static ScanEstimate ByKeys(long keys) => new(RoundTrip * ((keys / KeysPerRequest) + 1), Math.Max(keys, 1));

    private static long KeysOf(MemberCondition member) => member.Values.Sum(static value => value switch
    {
        { IsArray: false } => 1,
        { Kind: ScanOperandKind.Constant, Text: { } text } => 1 + text.AsSpan().Count(','),
        _ => UnknownKeys,
    });

    private static bool IsKey(TableDefinition table, string column) =>
        table.PrimaryKey.Contains(column, StringComparer.Ordinal)
        || table.UniqueKeys.Any(key => key.Contains(column, StringComparer.Ordinal))
        || table.RequiredOneOf.Contains(column, StringComparer.Ordinal);
}
