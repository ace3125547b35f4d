using System.Text;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Transactions;

public sealed class TransactionBufferTests : IDisposable
{
    private const int BatchRows = 4;

    private static readonly TableDefinition Assets = BuiltInTables.Find("assets")!;
    private static readonly TableDefinition RawRows = BuiltInTables.Find("raw_rows")!;

    private static readonly WritePlan[] Plans =
    [
        WritePlan.Create(Assets, ["external_id", "name"], WriteVerb.Insert) with { Conflict = ConflictAction.Error },
        WritePlan.Create(Assets, ["external_id", "name"], WriteVerb.Copy) with
        {
            Conflict = ConflictAction.Update,
            ConflictColumns = [Assets.FindColumn("name")!],
        },
        WritePlan.ForUpdate(Assets, [Assets.FindColumn("name")!], [Assets.FindColumn("external_id")!]),
        WritePlan.ForDelete(Assets, [Assets.FindColumn("external_id")!]),
        WritePlan.Create(RawRows, ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"], WriteVerb.Copy),
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("sluice-spill-").FullName;
    private readonly WriteTestContext _context = new();
    private readonly SpillStore _spill;

    public TransactionBufferTests() => _spill = new SpillStore(_directory, capacity: 1 << 20) { MemoryPerTransaction = 300 };

    [Fact]
    public void Rows_of_many_statements_fill_one_group()
    {
        using var buffer = new TransactionBuffer(_spill);
        for (var i = 0; i < 2 * BatchRows; i++)
        {
            Add(buffer, Plans[0], [$"k{i}", $"v{i}"]);
        }

        Assert.Equal([BatchRows, BatchRows], buffer.SealAll().Select(rows => rows.Count));
    }

    [Fact]
    public void Interleaved_tables_do_not_break_groups()
    {
        using var buffer = new TransactionBuffer(_spill);
        for (var i = 0; i < BatchRows; i++)
        {
            Add(buffer, Plans[0], [$"k{i}", "v"]);
            Add(buffer, Plans[4], ["d", "t", $"k{i}", "{}"]);
        }

        Assert.Equal([("assets", BatchRows), ("raw_rows", BatchRows)], buffer.SealAll().Select(rows => (rows.Plan.Table.Name, rows.Count)));
    }

    [Fact]
    public void Deleting_and_inserting_row_by_row_stays_two_groups_in_that_order()
    {
        using var buffer = new TransactionBuffer(_spill);
        for (var i = 0; i < BatchRows; i++)
        {
            Add(buffer, Plans[3], [$"k{i}"]);
            Add(buffer, Plans[0], [$"k{i}", "v"]);
        }

        Assert.Equal([(WriteVerb.Delete, BatchRows), (WriteVerb.Insert, BatchRows)], buffer.SealAll().Select(rows => (rows.Plan.Verb, rows.Count)));
    }

    [Fact]
    public void A_group_that_needs_another_to_be_both_before_and_after_it_is_closed()
    {
        using var buffer = new TransactionBuffer(_spill);
        Add(buffer, Plans[0], ["k", "v"]);
        Add(buffer, Plans[3], ["k"]);
        Add(buffer, Plans[0], ["k", "again"]);
        Assert.Equal([WriteVerb.Insert, WriteVerb.Delete, WriteVerb.Insert], buffer.SealAll().Select(rows => rows.Plan.Verb));
    }

    [Fact]
    public void Rows_named_by_id_and_by_external_id_keep_their_order()
    {
        using var buffer = new TransactionBuffer(_spill);
        var byId = WritePlan.ForUpdate(Assets, [Assets.FindColumn("name")!], [Assets.FindColumn("id")!]);
        Add(buffer, Plans[2], ["first", "k"]);
        Add(buffer, byId, ["second", "7"]);
        Add(buffer, Plans[2], ["third", "k"]);
        Assert.Equal(["first", "second", "third"], buffer.SealAll().Select(rows => Values(buffer, rows)[0][0]));
    }

    [Fact]
    public void A_row_that_gets_a_new_name_comes_before_what_is_done_under_it()
    {
        using var buffer = new TransactionBuffer(_spill);
        var rename = WritePlan.ForUpdate(Assets, [Assets.FindColumn("external_id")!], [Assets.FindColumn("external_id")!]);
        Add(buffer, rename, ["new", "old"]);
        Add(buffer, Plans[2], ["name", "new"]);
        Add(buffer, rename, ["newer", "new"]);
        Assert.Equal([1, 1, 1], buffer.SealAll().Select(rows => rows.Count));
        Assert.Equal(["new", "name", "newer"], buffer.SealAll().Select(rows => Values(buffer, rows)[0][0]));
    }

    [Fact]
    public void A_custom_table_over_a_RAW_table_shares_its_keys()
    {
        using var buffer = new TransactionBuffer(_spill);
        var custom = CustomRawTable.Define("mine", "d", "t", "n", [new("n", ColumnTypes.BigInt), new("x", ColumnTypes.Text)]);
        Add(buffer, Plans[4], ["d", "t", "5", "{}"]);
        Add(buffer, WritePlan.Create(custom, ["n", "x"], WriteVerb.Insert), ["5", "x"]);
        Add(buffer, Plans[4], ["d", "t", "5", "{\"again\":1}"]);
        Assert.Equal(["raw_rows", "mine", "raw_rows"], buffer.SealAll().Select(rows => rows.Plan.Table.Name));
    }

    [Fact]
    public void Rows_beyond_the_bound_are_54000_and_take_no_room_after_the_end()
    {
        var buffer = new TransactionBuffer(_spill) { MaxSize = 20_000 };
        var error = Assert.Throws<PgException>(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                Add(buffer, Plans[0], [$"k{i}", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(50))]);
            }
        }).Error;
        Assert.Equal("54000", error.SqlState);
        Assert.Contains("sluice.transaction_max_bytes", error.Hint);
        Assert.True(buffer.HasSpilled);
        buffer.Dispose();
        Assert.Equal(0, _spill.Used);
    }

    [Fact]
    public void What_was_there_before_a_savepoint_stays_when_the_room_ends_after_it()
    {
        var small = new SpillStore(Path.Combine(_directory, "full"), capacity: 700) { MemoryPerTransaction = 10_000 };
        using var buffer = new TransactionBuffer(small) { MaxSize = long.MaxValue };
        Add(buffer, Plans[0], ["before", new string('x', 130)]);
        Add(buffer, Plans[1], [.. Enumerable.Range(0, BatchRows - 1).Select(i => new[] { $"u{i}", "v" })]);
        var mark = buffer.Mark();
        Assert.Equal("54000", Assert.Throws<PgException>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                Add(buffer, Plans[0], [$"after{i}", new string('x', 130)]);
                Add(buffer, Plans[1], [$"v{i}", new string('x', 130)]);
            }
        }).Error.SqlState);
        buffer.RollbackTo(mark);
        var keys = buffer.SealAll().SelectMany(rows => Values(buffer, rows)).Select(values => values[0]).Order(StringComparer.Ordinal);
        Assert.Equal(["before", "u0", "u1", "u2"], keys);
    }

    [Fact]
    public void All_transactions_share_one_bound()
    {
        var small = new SpillStore(Path.Combine(_directory, "small"), capacity: 2_000) { MemoryPerTransaction = 10_000 };
        using var first = new TransactionBuffer(small) { MaxSize = long.MaxValue };
        using var second = new TransactionBuffer(small) { MaxSize = long.MaxValue };
        string?[][] rows = [.. Enumerable.Range(0, BatchRows).Select(i => new[] { $"k{i}", new string('x', 130) })];
        Add(first, Plans[0], rows);
        Add(second, Plans[0], rows);
        Add(first, Plans[1], rows);
        Assert.Equal("54000", Assert.Throws<PgException>(() => Add(second, Plans[1], rows)).Error.SqlState);
        first.Dispose();
        Add(second, Plans[1], rows);
    }

    /// <summary>Against a list of operations: what is undone is gone, and the operations on a key keep their order.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_sequence_of_statements_and_savepoints_ends_as_a_plain_list_would(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 150; run++)
        {
            Play(random);
        }

        Assert.Equal(0, _spill.Used);
    }

    public void Dispose()
    {
        _context.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Play(Random random)
    {
        using var buffer = new TransactionBuffer(_spill);
        var expected = new List<(string Key, string Value)>();
        var marks = new List<(TransactionMark Mark, int Count, Dictionary<string, KeyState> States)>();
        var states = new Dictionary<string, KeyState>(StringComparer.Ordinal);
        var number = 0;
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(10))
            {
                case 0:
                    marks.Add((buffer.Mark(), expected.Count, new(states)));
                    break;
                case 1 when marks.Count > 0:
                    marks.RemoveRange(random.Next(marks.Count), marks.Count > 1 ? 1 : 0);
                    break;
                case 2 when marks.Count > 0:
                    var to = random.Next(marks.Count);
                    marks.RemoveRange(to + 1, marks.Count - to - 1);
                    buffer.RollbackTo(marks[to].Mark);
                    expected.RemoveRange(marks[to].Count, expected.Count - marks[to].Count);
                    states = new(marks[to].States);
                    break;
                default:
                    Write(random, buffer, expected, states, ref number);
                    break;
            }
        }

        foreach (var (key, state) in states)
        {
            Assert.Equal(state, StateOf(buffer, key));
        }

        Assert.Equal(expected.Count, buffer.Count);
        var actual = buffer.SealAll().SelectMany(rows => Operations(buffer, rows)).ToList();
        Assert.Equal(
            expected.GroupBy(o => o.Key).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {string.Join(", ", g.Select(o => o.Value))}"),
            actual.GroupBy(o => o.Key).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {string.Join(", ", g.Select(o => o.Value))}"));
        Assert.All(buffer.SealAll(), rows => Assert.InRange(rows.Count, 1, BatchRows));
    }

    private void Write(Random random, TransactionBuffer buffer, List<(string, string)> expected, Dictionary<string, KeyState> states, ref int number)
    {
        var plan = Plans[random.Next(Plans.Length)];
        var rows = new List<string?[]>();
        var keys = Enumerable.Range(0, 6).OrderBy(_ => random.Next()).Take(random.Next(1, 6)).Select(i => $"k{i}");
        foreach (var key in keys)
        {
            var isRaw = plan.Table == RawRows;
            var name = isRaw ? $"raw {key}" : key;
            var value = plan.Verb == WriteVerb.Delete ? "deleted" : $"{{\"v\":{++number}}}";
            rows.Add(
                isRaw ? ["d", "t", key, value] :
                plan.Verb == WriteVerb.Delete ? [key] :
                plan.Verb == WriteVerb.Update ? [value, key] : [key, value]);
            expected.Add((name, value));
            if (!isRaw)
            {
                var before = states.GetValueOrDefault(name);
                states[name] = plan.Verb switch
                {
                    WriteVerb.Delete => KeyState.Deleted,
                    WriteVerb.Update => before is KeyState.Created or KeyState.Upserted ? before : KeyState.Updated,
                    WriteVerb.Copy => before == KeyState.Created ? before : KeyState.Upserted,
                    _ => KeyState.Created,
                };
            }
        }

        Add(buffer, plan, [.. rows]);
    }

    private void Add(TransactionBuffer buffer, WritePlan plan, params string?[][] rows)
    {
        var batch = new RowBatch(plan.DecodeTypes, _context.Write.TextInput);
        WriteTestContext.Fill(batch, rows);
        buffer.Add(plan, _context.Write, batch, RowKeys.Of(plan), leaveOut: null, BatchRows).Dispose();
    }

    private KeyState StateOf(TransactionBuffer buffer, string key)
    {
        using var batch = new RowBatch(Plans[3].DecodeTypes, _context.Write.TextInput);
        WriteTestContext.Fill(batch, [key]);
        Assert.True(RowKeys.Of(Plans[3]).TryGet(batch, 0, out var hash, out _));
        return buffer.StateOf(hash);
    }

    private IEnumerable<(string Key, string Value)> Operations(TransactionBuffer buffer, SealedRows rows) => Values(buffer, rows).Select(values =>
        rows.Plan.Table == RawRows ? ($"raw {values[2]}", values[3]) :
        rows.Plan.Verb == WriteVerb.Delete ? (values[0], "deleted") :
        rows.Plan.Verb == WriteVerb.Update ? (values[1], values[0]) : (values[0], values[1]));

    private List<string[]> Values(TransactionBuffer buffer, SealedRows rows)
    {
        using var batch = new RowBatch(rows.Plan.DecodeTypes, _context.Write.TextInput);
        buffer.Read(rows, batch);
        return [.. Enumerable.Range(0, batch.Count).Select(row => batch.Columns.Select(column => Text(column, row)).ToArray())];
    }

    private static string Text(Column column, int row)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        column.WriteValueText(row, text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
