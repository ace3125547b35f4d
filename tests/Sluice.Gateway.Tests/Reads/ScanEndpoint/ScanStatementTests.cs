using System.Text;
using Sluice.Gateway.Reads.ScanEndpoint;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Tests.Reads.ScanEndpoint;

public sealed class ScanStatementTests
{
    [Theory]
    [InlineData("SET search_path = pg_catalog", nameof(ScanStatementKind.Set))]
    [InlineData("START TRANSACTION ISOLATION LEVEL REPEATABLE READ", nameof(ScanStatementKind.StartTransaction))]
    [InlineData("SAVEPOINT s2", nameof(ScanStatementKind.Savepoint))]
    [InlineData("RELEASE SAVEPOINT s2", nameof(ScanStatementKind.Release))]
    [InlineData("ROLLBACK TO SAVEPOINT s2", nameof(ScanStatementKind.RollbackTo))]
    [InlineData("COMMIT TRANSACTION", nameof(ScanStatementKind.Commit))]
    [InlineData("ABORT TRANSACTION", nameof(ScanStatementKind.Abort))]
    [InlineData("DEALLOCATE ALL", nameof(ScanStatementKind.Deallocate))]
    [InlineData("MOVE BACKWARD ALL IN c1", nameof(ScanStatementKind.MoveBackward))]
    [InlineData("CLOSE c1", nameof(ScanStatementKind.CloseCursor))]
    [InlineData("UPDATE cdf.assets SET name = 'a'", nameof(ScanStatementKind.Other))]
    [InlineData("TRUNCATE cdf.assets RESTRICT", nameof(ScanStatementKind.Other))]
    [InlineData("EXPLAIN DELETE FROM cdf.assets", nameof(ScanStatementKind.Other))]
    [InlineData("FETCH ALL FROM c1", nameof(ScanStatementKind.Other))]
    public void A_statement_is_known_by_its_first_words(string sql, string kind) => Assert.Equal(kind, Parse(sql).Kind.ToString());

    [Fact]
    public void A_cursor_has_a_name_and_a_query()
    {
        Assert.Equal(new ScanStatement(ScanStatementKind.DeclareCursor, "c1", Query: "SELECT id FROM cdf.assets"), Parse("DECLARE c1 CURSOR FOR\nSELECT id FROM cdf.assets"));
        Assert.Equal(new ScanStatement(ScanStatementKind.Fetch, "c1", 1_000), Parse("FETCH 1000 FROM c1"));
    }

    [Theory]
    [InlineData("SELECT id FROM cdf.assets", "rows=100000 ")]
    [InlineData("SELECT id FROM cdf.assets ORDER BY name ASC NULLS LAST", "..10000000000.00 ")]
    [InlineData("SELECT id FROM cdf.assets WHERE ((name = ' ORDER BY '))", "rows=100000 ")]
    [InlineData("SELECT id FROM cdf.assets WHERE ((((SELECT null::bigint)::bigint) = id))", "cost=0.00..5000.00 rows=1 ")]
    [InlineData("SELECT NULL FROM cdf.assets", "rows=100000 ")]
    public void A_sort_is_forbidden_and_a_look_up_by_key_is_cheap(string query, string expected) =>
        Assert.Contains(expected, ScanEstimate.Of(query).ToString(), StringComparison.Ordinal);

    private static ScanStatement Parse(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        return ScanStatement.Parse(bytes, new SqlSpan(0, bytes.Length));
    }
}
