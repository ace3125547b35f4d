using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Columns;

public sealed class RowBatchTests
{
    private static readonly ColumnType[] Types = [new(PgType.Int8), ColumnType.VarcharOf(5), new(PgType.Float8)];

    [Fact]
    public void Values_stand_in_typed_buffers()
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        Append(batch, "7", "abc", "1.5", 11);
        Append(batch, null, null, null, 12);
        Append(batch, "-9", "hällo", "1e300", 13);

        Assert.Equal(3, batch.Count);
        Assert.Equal([7, 0, -9], ((Int8Column)batch.Columns[0]).Values.ToArray());
        Assert.Equal("hällo", ((Utf8Column)batch.Columns[1]).GetString(2));
        Assert.Equal([1.5, 0, 1e300], ((Float8Column)batch.Columns[2]).Values.ToArray());
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(batch.Columns[1].IsNull));
        Assert.Equal(12, batch.OriginOf(1));
    }

    [Fact]
    public void A_row_that_failed_halfway_leaves_nothing_behind()
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        Append(batch, "1", "a", "1", 1);
        batch.Columns[0].AppendNull();
        PgException e = Assert.Throws<PgException>(() => batch.Columns[1].AppendText("too long"u8));
        batch.RollbackRow();
        Append(batch, "2", "b", "2", 2);

        Assert.Equal(SqlState.StringDataRightTruncation, e.Error.SqlState);
        Assert.Equal([1, 2], ((Int8Column)batch.Columns[0]).Values.ToArray());
        Assert.False(batch.Columns[0].HasNulls);
        Assert.Equal("b", ((Utf8Column)batch.Columns[1]).GetString(1));
    }

    [Fact]
    public void A_batch_is_reusable_after_clear()
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 1000; i++)
            {
                Append(batch, $"{i}", i % 3 == 0 ? null : $"{i}", "0.1", i);
            }

            Assert.Equal(334, batch.Columns[1].NullCount);
            Assert.Equal("998", ((Utf8Column)batch.Columns[1]).GetString(998));
            batch.Clear();
            Assert.Equal(0, batch.Count);
            Assert.Equal(0, batch.ByteSize);
        }
    }

    [Fact]
    public void A_row_that_lacks_a_value_cannot_be_ended()
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        batch.Columns[0].AppendNull();

        Assert.Throws<InvalidOperationException>(() => batch.EndRow(1));
    }

    private static void Append(RowBatch batch, string? a, string? b, string? c, long origin)
    {
        foreach ((Column column, string? value) in batch.Columns.Zip([a, b, c]))
        {
            if (value is null)
            {
                column.AppendNull();
            }
            else
            {
                column.AppendText(System.Text.Encoding.UTF8.GetBytes(value));
            }
        }

        batch.EndRow(origin);
    }

    [Fact]
    public void An_array_may_take_a_bare_element_in_both_formats()
    {
        using var column = Column.Create(new ColumnType(PgType.Int8Array) { AcceptsBareElement = true }, TextInputSettings.Default);
        column.AppendText(" 7 "u8);
        column.AppendText("{8,9}"u8);
        Assert.True(column.CanReadBinary(PgType.Int4));
        column.AppendBinary([0, 0, 0, 10], PgType.Int4);
        Assert.Throws<PgException>(() => column.AppendText("x"u8));
        column.AppendText("{}"u8);

        var output = new System.Buffers.ArrayBufferWriter<byte>();
        for (var row = 0; row < column.Count; row++)
        {
            column.WriteValueText(row, output);
        }

        Assert.Equal("{7}{8,9}{10}{}", System.Text.Encoding.UTF8.GetString(output.WrittenSpan));
        using var strict = Column.Create(new ColumnType(PgType.Int8Array), TextInputSettings.Default);
        Assert.Throws<PgException>(() => strict.AppendText("7"u8));
        Assert.False(strict.CanReadBinary(PgType.Int8));
    }
}
