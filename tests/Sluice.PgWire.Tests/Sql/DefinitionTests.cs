using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Tests.Types;

namespace Sluice.PgWire.Tests.Sql;

/// <summary>CREATE FOREIGN TABLE, IMPORT FOREIGN SCHEMA and DROP TABLE; PostgreSQL itself says what is wrong with those that do not read.</summary>
public sealed class DefinitionTests(RealPostgres postgres)
{
    public static TheoryData<string> Definitions { get; } =
    [
        "create foreign table t () server raw",
        "create foreign table t (a text, b timestamp with time zone, c double precision[]) server raw options (database 'd', table 't')",
        "create foreign table if not exists public.\"T\" (a varchar(10) not null, \"B\" float8 null) server \"raw\" options (a 'b', \"C\" E'\\'')",
        "create foreign table t (a int[3][], b bit varying(3), c numeric(10,2), d timestamp(3) with time zone, e interval day to second) server raw",
        "create foreign table t (a text options (x 'y') not null constraint c check (a > '(') default 'x' || 'y' collate \"C\") server raw",
        "create foreign table t (a int primary key, b int unique, c int references u (x) on delete cascade, d int generated always as (a + 1) stored) server raw",
        "create foreign table t (a int, primary key (a), constraint u unique (a), check (a > 0), foreign key (a) references u, exclude using gist (a with =)) server raw",
        "create foreign table t (a int) inherits (p, q) server raw",
        "create foreign table t partition of p for values in (1) server raw",
        "create foreign table t (a int default 1 not null, b int not null default 2) server raw",
        "create foreign table t (a public.mytype, b \"double precision\", c pg_catalog.int8) server raw -- comment",
        "create foreign table t server raw",
        "create foreign table t (a text)",
        "create foreign table t (a text) server",
        "create foreign table t (a text,) server raw",
        "create foreign table t (a) server raw",
        "create foreign table t (text a b) server raw",
        "create foreign table t (a text b) server raw",
        "create foreign table t (a text not) server raw",
        "create foreign table t (a text not null null) server raw",
        "create foreign table t (a text null not null) server raw",
        "create foreign table t (a text constraint) server raw",
        "create foreign table t (constraint c a text) server raw",
        "create foreign table t (a text server raw",
        "create foreign table t (a text) server raw options",
        "create foreign table t (a text) server raw options ()",
        "create foreign table t (a text) server raw options (a b)",
        "create foreign table t (a text) server raw options (a 'b',)",
        "create foreign table t (a text) server raw options (a 'b') x",
        "create foreign table t (a text) server raw options ('a' 'b')",
        "create foreign table if exists t (a text) server raw",
        "create foreign table (a text) server raw",
        "create foreign table select (a text) server raw",
        "create foreign table t (select text) server raw",
        "create foreign table t (ælder text, b text) server 'raw'",
        "create foreign table t (a int[) server raw",
        "create foreign table t (a varchar(10) server raw",
        "import foreign schema s from server raw into public",
        "import foreign schema \"S\" limit to (a, \"B\", x.c) from server raw into public options (a 'b')",
        "import foreign schema s except (a) from server raw into public",
        "import foreign schema s",
        "import foreign schema 's' from server raw into public",
        "import foreign schema s limit (a) from server raw into public",
        "import foreign schema s limit to () from server raw into public",
        "import foreign schema s limit to (a b) from server raw into public",
        "import foreign schema s from raw into public",
        "import foreign schema s from server raw",
        "import foreign schema s from server raw into public x",
        "import foreign schema s from server raw into public options (a)",
    ];

    [Theory]
    [MemberData(nameof(Definitions))]
    public async Task What_PostgreSQL_cannot_read_is_refused_with_its_words_and_position(string sql)
    {
        await using var connection = await postgres.OpenAsync();

        // There is no such server, so PostgreSQL refuses those that read, too, by another code.
        var theirs = (await Assert.ThrowsAsync<PgException>(() => connection.QueryAsync(sql))).Error;
        var ours = Read(sql);
        if (theirs.SqlState == SqlState.SyntaxError)
        {
            Assert.Equal((theirs.SqlState, theirs.Message, theirs.Position), (ours?.SqlState, ours?.Message, ours?.Position));
        }
        else
        {
            Assert.Null(ours);
        }
    }

    [Fact]
    public void All_of_a_foreign_table_is_read()
    {
        var (sql, span) = Single(
            """
            CREATE FOREIGN TABLE IF NOT EXISTS Public."Movies" (
                title text NOT NULL, "Year" timestamp /* x */ with time zone, tags varchar[] NULL, æ bigint OPTIONS (a 'b') DEFAULT 1,
                n numeric(10,2), c citext, PRIMARY KEY (title)
            ) SERVER Raw OPTIONS (database 'it''s', Table E'\x41', "Primary_Key" $$title$$)
            """);
        var table = SqlDefinitions.ReadCreateForeignTable(sql, span);

        Assert.Equal((new QualifiedName("public", "Movies"), true, "raw"), (table.Table, table.IfNotExists, table.Server));
        Assert.Equal(
            [("title", 25u, true), ("Year", 1184u, false), ("tags", 1015u, false), ("æ", 20u, false), ("n", 0u, false), ("c", 0u, false)],
            table.Columns.Select(column => (column.Name, column.TypeOid, column.NotNull)));
        Assert.Equal(["text", "timestamp /* x */ with time zone", "varchar[]", "bigint", "numeric(10,2)", "citext"], table.Columns.Select(column => column.TypeText));
        Assert.Equal(Encoding.UTF8.GetString(sql).IndexOf("numeric", StringComparison.Ordinal) + 1, table.Columns[4].TypePosition);
        Assert.Equal(
            [ForeignTableClauseKind.ColumnOptions, ForeignTableClauseKind.Default, ForeignTableClauseKind.PrimaryKey],
            table.Clauses.Select(clause => clause.Kind));
        Assert.Equal([new("database", "it's"), new("table", "A"), new("Primary_Key", "title")], table.Options);
    }

    [Fact]
    public void All_of_an_import_is_read()
    {
        var (sql, span) = Single("import foreign schema \"My Space\" limit to (a, \"B\", x.c) from server data_models into public options (a 'b')");
        var import = SqlDefinitions.ReadImportForeignSchema(sql, span);

        Assert.Equal(("My Space", ImportSelection.LimitTo, "data_models", "public"), (import.RemoteSchema, import.Selection, import.Server, import.LocalSchema));
        Assert.Equal(["a", "B", "c"], import.Tables);
        Assert.Equal([new SqlOption("a", "b")], import.Options);
    }

    [Theory]
    [InlineData("drop table a", false, false, false, "a")]
    [InlineData("DROP FOREIGN TABLE IF EXISTS a, public.\"B\" CASCADE", true, true, true, "a", "public.\"B\"")]
    [InlineData("drop table \"if\", if restrict", false, false, false, "if", "if")]
    public void All_of_a_drop_is_read(string text, bool isForeign, bool ifExists, bool cascade, params string[] tables)
    {
        var (sql, span) = Single(text);
        var drop = Assert.IsType<DropTableStatement>(SqlStatements.Analyze(sql, span));

        Assert.Equal((isForeign, ifExists, cascade), (drop.IsForeign, drop.IfExists, drop.Cascade));
        Assert.Equal(tables, drop.Tables.Select(table => table.ToString()));
    }

    [Theory]
    [InlineData("drop table")]
    [InlineData("drop table a,")]
    [InlineData("drop table a b")]
    [InlineData("drop table only a")]
    [InlineData("drop table a cascade restrict")]
    [InlineData("drop table if exists")]
    public void A_drop_that_does_not_read_is_left_to_the_engine(string text)
    {
        var (sql, span) = Single(text);
        Assert.IsNotType<DropTableStatement>(SqlStatements.Analyze(sql, span));
    }

    private static PgError? Read(string text)
    {
        var (sql, span) = Single(text);
        try
        {
            if (SqlStatements.Analyze(sql, span).Kind == SqlStatementKind.CreateForeignTable)
            {
                SqlDefinitions.ReadCreateForeignTable(sql, span);
            }
            else
            {
                SqlDefinitions.ReadImportForeignSchema(sql, span);
            }

            return null;
        }
        catch (PgException e)
        {
            return e.Error;
        }
    }

    private static (byte[] Sql, SqlSpan Statement) Single(string text)
    {
        var sql = Encoding.UTF8.GetBytes(text);
        return (sql, SqlStatements.Split(sql).Single());
    }
}
