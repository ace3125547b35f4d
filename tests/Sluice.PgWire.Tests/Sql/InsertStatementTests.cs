using System.Buffers;
using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

public sealed class InsertStatementTests
{
    [Theory]
    [InlineData("insert into assets(id,name) values(60,$$z$$)", "Integer=60 String=z")]
    [InlineData("insert into assets(id,name) values (10,'n10'),(11,'n11'),(12,'n12')", "Integer=10 String=n10 / Integer=11 String=n11 / Integer=12 String=n12")]
    [InlineData("insert into t values (NULL, default, TRUE, false, -1, +2.5, 1e3)", "Null= Default= Boolean=TRUE Boolean=false Integer=-1 Decimal=+2.5 Decimal=1e3")]
    [InlineData("insert into t values ('1'::float8, '2024-01-01T00:00:00'::timestamp, null::text)", "String=1::701 String=2024-01-01T00:00:00::1114 Null=::25")]
    [InlineData("insert into t values (timestamptz '2024-01-01', double precision '1', timestamp with time zone 'x')", "String=2024-01-01::1184 String=1::701 String=x::1184")]
    [InlineData("insert into t values (CAST('{a}' AS text[]), cast($2 as bigint), '{1}'::bigint array)", "String={a}::1009 Parameter2=::20 String={1}::1016")]
    [InlineData("INSERT INTO assets(id,name) VALUES ($1,$2),($3,$4::pg_catalog.varchar)", "Parameter1= Parameter2= / Parameter3= Parameter4=::1043")]
    [InlineData("insert into t values (E'a\\n', U&'\\0061', 'it''s')", "String=a\n String=a String=it's")]
    [InlineData("insert into t values ('x'::\"text\", 'y'::TEXT)", "String=x::25 String=y::25")]
    public void Native_rows_are_read_value_by_value(string sql, string expected)
    {
        var (bytes, insert) = Analyze(sql);
        Assert.Equal(InsertSource.Values, insert.Source);
        var rows = new List<string>();
        var scratch = new ArrayBufferWriter<byte>();
        var reader = insert.ReadValues(bytes);
        while (reader.ReadRow())
        {
            var values = new List<string>();
            while (reader.ReadValue(out var value))
            {
                var cast = value.CastOid == 0 ? string.Empty : $"::{value.CastOid}";
                var number = value.Parameter == 0 ? string.Empty : $"{value.Parameter}";
                values.Add($"{value.Kind}{number}={Encoding.UTF8.GetString(value.Text(bytes, scratch))}{cast}");
            }

            Assert.Equal(insert.ValueKinds.Count, values.Count);
            rows.Add(string.Join(' ', values));
        }

        Assert.Equal(insert.RowCount, rows.Count);
        Assert.Equal(expected, string.Join(" / ", rows));
    }

    [Theory]
    [InlineData("insert into t values (1 + 1)")]
    [InlineData("insert into t values (now())")]
    [InlineData("insert into t values (('a'))")]
    [InlineData("insert into t values ('a' || 'b')")]
    [InlineData("insert into t values ('x'::varchar(3))")]
    [InlineData("insert into t values ('x'::text::json)")]
    [InlineData("insert into t values ('x'::my.type)")]
    [InlineData("insert into t values ('x'::\"bigint\")")]
    [InlineData("insert into t values (- 1)")]
    [InlineData("insert into t values (-1::text)")]
    [InlineData("insert into t values (N'x')")]
    [InlineData("insert into t values (B'1')")]
    [InlineData("insert into t values (array['a'])")]
    [InlineData("insert into t values (0x1F)")]
    [InlineData("insert into t values (current_timestamp)")]
    [InlineData("insert into t values (timestamp(3) '2024-01-01')")]
    [InlineData("insert into t values ($1 + 1)")]
    [InlineData("insert into t values ($0)")]
    [InlineData("insert into t values ($65536)")]
    [InlineData("insert into t values (1), (1, 2)")]
    [InlineData("insert into t values (1, 2), (1)")]
    [InlineData("insert into t values ()")]
    [InlineData("insert into t values (1,)")]
    [InlineData("insert into t values (1) order by 1")]
    [InlineData("insert into t values (1) union all select 2")]
    [InlineData("insert into t values (1), ")]
    [InlineData("insert into t values (1")]
    [InlineData("insert into t values 1")]
    [InlineData("insert into t (a[1]) values (1)")]
    [InlineData("insert into t (a.b) values (1)")]
    [InlineData("insert into t select 1")]
    [InlineData("insert into t (select 1)")]
    [InlineData("insert into t table s")]
    [InlineData("insert into t (a) overriding nonsense values (1)")]
    [InlineData("with x as (select 1) insert into t values (1)")]
    public void Everything_off_the_closed_list_is_the_engines(string sql) => Assert.Equal(InsertSource.Query, Analyze(sql).Insert.Source);

    [Fact]
    public void Kinds_casts_and_parameters_are_summed_up_by_column()
    {
        var (_, insert) = Analyze("insert into t values ($1, 'a'::text, 1), (null, $2::text, 1.5), ($1, 'b'::varchar, default)");
        Assert.Equal(
            [SqlValueKinds.Parameter | SqlValueKinds.Null, SqlValueKinds.String | SqlValueKinds.Parameter, SqlValueKinds.Integer | SqlValueKinds.Decimal | SqlValueKinds.Default],
            insert.ValueKinds);
        Assert.Equal([new SqlColumnCast(1, 25), new SqlColumnCast(1, 1043)], insert.Casts);
        Assert.Equal([new SqlParameterUse(1, 0, 0, 0), new SqlParameterUse(2, 1, 1, 25), new SqlParameterUse(1, 2, 0, 0)], insert.Parameters);
    }

    [Fact]
    public void Target_columns_and_alias_are_read()
    {
        const string Sql = "INSERT INTO Public.\"My Table\" AS m (id, \"Name\", ÆØ) OVERRIDING SYSTEM VALUE DEFAULT VALUES";
        var (bytes, insert) = Analyze(Sql);
        Assert.Equal(new QualifiedName("public", "My Table"), insert.Target.Name);
        Assert.Equal("Public.\"My Table\"", Encoding.UTF8.GetString(insert.Target.Span.Of(bytes)));
        Assert.Equal("m", insert.Target.Alias);
        Assert.Equal(["id", "Name", "ÆØ"], insert.Columns!.Select(column => column.Name));
        Assert.Equal(Sql.IndexOf("\"Name\"", StringComparison.Ordinal) + 1, SqlSyntax.PositionOf(bytes, insert.Columns![1].Span.Start));
        Assert.True(insert.Overriding);
        Assert.Equal((InsertSource.DefaultValues, 1), (insert.Source, insert.RowCount));
    }

    [Theory]
    [InlineData("insert into t values (1) on conflict (id) do update set name=excluded.name", "on conflict (id) do update set name=excluded.name", null)]
    [InlineData("insert into t values (1) on conflict do nothing  returning id, name", "on conflict do nothing", "returning id, name")]
    [InlineData("insert into t values (1) returning *", null, "returning *")]
    [InlineData("insert into t select a.x from a join b on conflict on conflict do nothing", "on conflict do nothing", null)]
    [InlineData("insert into t select * from a cross join b on conflict do nothing", "on conflict do nothing", null)]
    [InlineData("insert into t select * from a natural left join b on conflict do nothing", "on conflict do nothing", null)]
    [InlineData("insert into t select t.returning, 1 as returning from (select 1 from a join b on conflict) t returning x", null, "returning x")]
    [InlineData("insert into t select 1", null, null)]
    public void On_conflict_and_returning_are_found(string sql, string? conflict, string? returning)
    {
        var (bytes, insert) = Analyze(sql);
        Assert.Equal(conflict, Text(insert.OnConflict?.Span));
        Assert.Equal(returning, Text(insert.Returning?.Span));

        string? Text(SqlSpan? span) => span is { } s ? Encoding.UTF8.GetString(s.Of(bytes)) : null;
    }

    [Fact]
    public void Rows_that_are_left_early_do_not_disturb_the_next_one()
    {
        var (bytes, insert) = Analyze("insert into t values (1,2,3),(4,5,6)");
        var reader = insert.ReadValues(bytes);
        Assert.True(reader.ReadRow());
        Assert.True(reader.ReadValue(out _));
        Assert.True(reader.ReadRow());
        Assert.True(reader.ReadValue(out var value));
        Assert.Equal("4", Encoding.ASCII.GetString(value.Text(bytes, new ArrayBufferWriter<byte>())));
        Assert.False(reader.ReadRow());
        Assert.False(reader.ReadValue(out _));
    }

    private static (byte[] Sql, InsertStatement Insert) Analyze(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        return (bytes, Assert.IsType<InsertStatement>(SqlStatements.Analyze(bytes, SqlStatements.Split(bytes).Single())));
    }
}
