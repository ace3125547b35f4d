using System.Buffers;
using System.Diagnostics;
using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

public sealed class SqlFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Pieces =
    [
        "insert", "into", "t", "(", ")", ",", "values", "'a'", "E'\\n'", "$1", "1", "-", "::", "text", "varchar(3)", "with", "as", "select", "on",
        "conflict", "returning", "copy", "from", "stdin", "csv", "null", "default", ";", "\n", "'", "\"", "$$", "/*", "*/", "--", "U&'", "uescape", "'!'",
        "cast", "(", "[", "]", "begin", "atomic", "end", "create", "function", "explain", "analyze", "execute", "p", "prepare", ".", "æ", "\\", "set",
        "delimiter", "force", "to", "update", "only", "delete", "truncate", "double", "precision", "timestamp", "zone", "\0", "N'x'", "$a$",
        "where", "using", "any", "array", "between", "and", "in", "=", "<", "excluded", "do", "nothing", "row", "a", "b", "*", "join", "s.t", "t.a",
    ];

    [Fact]
    public void No_sequence_of_tokens_crashes_or_hangs_the_analysis()
    {
        var random = new Random(20240229);
        var text = new StringBuilder();
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            text.Clear();
            for (var n = random.Next(1, 25); n > 0; n--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]).Append(random.Next(4) == 0 ? string.Empty : " ");
            }

            read += Run(Encoding.UTF8.GetBytes(text.ToString()), random.Next(2) == 0);
        }

        Assert.InRange(read, 1_000, int.MaxValue);
    }

    [Fact]
    public void No_bytes_crash_or_hang_the_analysis()
    {
        var random = new Random(4711);
        var seeds = new[]
        {
            "insert into t (a, b) values (1, 'x'), ($1, E'\\u00e6'::text) on conflict do nothing returning *",
            "copy t (a, b) from stdin with (format csv, header match, force_null (a))",
            "with a as (select 1) insert into t select * from a join b on conflict returning 1",
            "update only (s.t) set (a, b) = (1, $2), c = 'x' from u where s.t.a = any(array[1]) and b between 1 and 2 returning s.t.*, u.d",
            "delete from t as x using u where x.a in ('a', 'b') and (1 < b) returning *",
            "insert into t (a) (select b from c) on conflict (a) do update set (a, b) = (excluded.a, excluded.b) where true returning a as b",
        }.Select(Encoding.UTF8.GetBytes).ToArray();
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = (byte[])seeds[round % seeds.Length].Clone();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            read += Run(bytes, random.Next(2) == 0);
        }

        Assert.InRange(read, 1_000, int.MaxValue);
    }

    [Fact]
    public void Ten_thousand_rows_are_read_without_an_object_per_value()
    {
        var text = new StringBuilder("insert into double_datapoints (external_id, timestamp, value) values ");
        for (var row = 0; row < 10_000; row++)
        {
            text.Append(row == 0 ? string.Empty : ", ").Append($"('sensor_{row % 100}', '2024-01-01T00:00:{row % 60:00}Z', {row}.25)");
        }

        var sql = Encoding.UTF8.GetBytes(text.ToString());
        var scratch = new ArrayBufferWriter<byte>();
        Assert.Equal(30_000, Read(sql, scratch));

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        Assert.Equal(30_000, Read(sql, scratch));
        watch.Stop();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        output.WriteLine($"{sql.Length:N0} bytes split, analysed and read in {watch.Elapsed.TotalMilliseconds:F1} ms, {allocated:N0} bytes allocated");
        Assert.InRange(allocated, 0, 8_192);

        static int Read(byte[] sql, ArrayBufferWriter<byte> scratch)
        {
            var insert = (InsertStatement)SqlStatements.AnalyzeSingle(sql)!;
            var reader = insert.ReadValues(sql);
            var values = 0;
            while (reader.ReadRow())
            {
                while (reader.ReadValue(out var value))
                {
                    values += value.Text(sql, scratch).IsEmpty ? 0 : 1;
                }
            }

            return values;
        }
    }

    /// <summary>Reads all that can be read; only PostgreSQL's own errors may come out.</summary>
    internal static int Run(byte[] sql, bool standardStrings)
    {
        var read = 0;
        try
        {
            foreach (var span in SqlStatements.Split(sql, standardStrings))
            {
                var statement = SqlStatements.Analyze(sql, span, standardStrings);
                read++;
                if (statement is InsertStatement { Source: InsertSource.Values } insert)
                {
                    read += ReadValues(sql, insert);
                }

                read += SqlRelations.Find(sql, span, standardStrings).Count(relation => relation.Span.Length > 0);
                if (statement is RowWriteStatement write)
                {
                    Rewrite(sql, write);
                }
            }
        }
        catch (PgException error)
        {
            Assert.Equal(5, error.Error.SqlState.Length);
            Assert.InRange(error.Error.Position, 1, sql.Length + 1);
        }

        return read;
    }

    /// <summary>Every position of the new text has a place in the old one, in the old order.</summary>
    private static void Rewrite(byte[] sql, RowWriteStatement write)
    {
        var rewrites = new List<SinkRewrite> { SinkRewrite.Statement(sql, write, "s.sink", "1"), SinkRewrite.Statement(sql, write, "s.sink", "1", keepReturning: true) };
        if (write is InsertStatement { Query: not null } insert)
        {
            rewrites.Add(SinkRewrite.BareQuery(sql, insert));
        }

        foreach (var rewrite in rewrites)
        {
            var last = 1;
            for (var position = 1; position <= rewrite.Text.Length + 1; position++)
            {
                var original = rewrite.OriginalPosition(position);
                Assert.InRange(original, rewrites.IndexOf(rewrite) == 2 ? last : 1, sql.Length + 1);
                last = original;
            }
        }
    }

    private static int ReadValues(byte[] sql, InsertStatement insert)
    {
        var scratch = new ArrayBufferWriter<byte>();
        var reader = insert.ReadValues(sql);
        var rows = 0;
        while (reader.ReadRow())
        {
            var columns = 0;
            while (reader.ReadValue(out var value))
            {
                _ = value.Text(sql, scratch);
                columns++;
            }

            Assert.Equal(insert.ValueKinds.Count, columns);
            rows++;
        }

        Assert.Equal(insert.RowCount, rows);
        return rows;
    }
}
