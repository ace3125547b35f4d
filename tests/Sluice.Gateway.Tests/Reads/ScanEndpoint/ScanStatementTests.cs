using System.Text;
using Sluice.Gateway.Reads.Queries;
using Sluice.Gateway.Reads.ScanEndpoint;
using Sluice.Gateway.Tables;
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
    [InlineData("SELECT id FROM cdf.assets WHERE ((id = 5))", "cost=0.00..5000.00 rows=1 ")]
    [InlineData("SELECT id FROM cdf.assets WHERE ((external_id = ANY ('{a,b,c}'::text[]))) AND ((lower(name) = 'x'))", "cost=0.00..5000.00 rows=3 ")]
    [InlineData("SELECT id FROM cdf.assets WHERE ((id = ANY ((SELECT null::bigint[])::bigint[])))", "cost=0.00..5000.00 rows=100 ")]
    [InlineData("SELECT id FROM cdf.assets WHERE ((((SELECT null::bigint)::bigint) = id))", "cost=0.00..500000.00 rows=1 ")]
    [InlineData("SELECT NULL FROM cdf.assets", "rows=100000 ")]
    public void A_sort_is_forbidden_keys_are_cheap_and_a_look_up_for_each_row_of_a_join_is_dear(string query, string expected) =>
        Assert.Contains(expected, ScanEstimate.Of(ScanQueryParser.Parse(query), BuiltInTables.Find("assets"), []).ToString(), StringComparison.Ordinal);

    private static ScanStatement Parse(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        return ScanStatement.Parse(bytes, new SqlSpan(0, bytes.Length));
    }
}
