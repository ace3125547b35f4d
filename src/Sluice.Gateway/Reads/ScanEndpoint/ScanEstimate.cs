using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>
/// What a scan is said to cost. The planner believes it, so it is the lever by which scans are steered: a sort that CDF cannot do exactly
/// is priced so that PostgreSQL sorts by itself, and a look-up by key so that it is worth doing for a few keys.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScanEstimate(double Cost, long Rows)
{
    /// <summary>Bytes of a row; only its order of magnitude matters.</summary>
    private const int Width = 200;

    private const double Forbidden = 1e10;
    private const double RoundTrip = 5_000;
    private const long UnknownRows = 100_000;

    /// <summary>
    /// The estimate for a query. While the size of a table is not known, every table is taken to be large, so that nothing depends on
    /// reading it twice.
    /// </summary>
    public static ScanEstimate Of(string query)
    {
        var lexer = new SqlLexer(Encoding.UTF8.GetBytes(query));
        var probe = false;
        while (lexer.Read())
        {
            if (lexer.Is("order"u8) && lexer.NextIs("by"u8))
            {
                return new ScanEstimate(Forbidden, UnknownRows);
            }

            // (SELECT null::bigint) stands for a value that is known only when the query runs.
            probe |= lexer.Is("select"u8) && lexer.NextIs("null"u8) && lexer.Token.Start > 0;
        }

        return probe ? new ScanEstimate(RoundTrip, 1) : new ScanEstimate(RoundTrip + UnknownRows, UnknownRows);
    }

    /// <summary>The one line of EXPLAIN that is read.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"CDF scan  (cost=0.00..{Cost:F2} rows={Rows} width={Width})");
}
