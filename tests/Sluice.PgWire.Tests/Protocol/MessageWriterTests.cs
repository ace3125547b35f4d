using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Tests.Protocol;

public sealed class MessageWriterTests
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly MessageWriter _writer;

    public MessageWriterTests() => _writer = new MessageWriter(_pipe.Writer);

    [Fact]
    public async Task An_error_comes_back_with_all_its_fields()
    {
        var error = new PgError
        {
            Severity = PgSeverity.Warning,
            SqlState = "23505",
            Message = "duplicate external id",
            Detail = "Key (external_id)=(ä) already exists.\nTwo rows.",
            Hint = "Use ON CONFLICT.",
            Position = 12,
            InternalPosition = 3,
            InternalQuery = "SELECT 1",
            Context = "COPY assets, line 3, column name: \"x\"",
            SchemaName = "public",
            TableName = "assets",
            ColumnName = "external_id",
            DataTypeName = "varchar",
            ConstraintName = "assets_external_id_key",
            File = "copy.c",
            Line = 99,
            Routine = "CopyFrom",
        };
        _writer.NoticeResponse(error);
        Assert.Equal(error, PgErrorParser.Parse((await ReadAsync('N')).AsSpan()));
    }

    [Fact]
    public void An_error_without_end_is_08P01()
    {
        PgException e = Assert.Throws<PgException>(() => PgErrorParser.Parse("SERROR\0C42601\0"u8));
        Assert.Equal("08P01", e.Error.SqlState);
    }

    [Fact]
    public async Task Rows_carry_nulls_values_and_values_of_unknown_length()
    {
        _writer.RowDescription([new FieldDescription("a", 25), new FieldDescription("b", 20, 8, -1, 1, 16_384, 2)]);
        _writer.BeginDataRow(3);
        _writer.Null();
        _writer.Value("x"u8);
        _writer.BeginValue();
        _writer.Text("zwölf");
        _writer.EndValue();
        _writer.EndMessage();
        Assert.Equal(
            [0, 2, .. "a\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0,
                .. "b\0"u8, 0, 0, 64, 0, 0, 2, 0, 0, 0, 20, 0, 8, 255, 255, 255, 255, 0, 1],
            await ReadAsync('T'));
        Assert.Equal([0, 3, 255, 255, 255, 255, 0, 0, 0, 1, (byte)'x', 0, 0, 0, 6, .. "zwölf"u8], await ReadAsync('D'));
    }

    [Fact]
    public async Task A_message_can_be_taken_back()
    {
        _writer.ParseComplete();
        _writer.BeginDataRow(1);
        _writer.Value(new byte[10_000]);
        _writer.AbandonMessage();
        _writer.ReadyForQuery(TransactionStatus.Failed);
        Assert.Empty(await ReadAsync('1'));
        Assert.Equal("E"u8.ToArray(), await ReadAsync('Z'));
    }

    [Fact]
    public async Task Long_messages_and_many_messages_stay_whole()
    {
        byte[] big = new byte[300_000];
        Random.Shared.NextBytes(big);
        for (int i = 0; i < 50; i++)
        {
            _writer.CommandComplete($"INSERT 0 {i}");
            _writer.BeginDataRow(1);
            _writer.Value(big);
            _writer.EndMessage();
        }

        await _writer.FlushAsync();
        Assert.Equal(0, _writer.UnflushedBytes);
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal($"INSERT 0 {i}\0", Encoding.UTF8.GetString(await ReadAsync('C')));
            Assert.Equal(big, (await ReadAsync('D'))[6..]);
        }
    }

    [Fact]
    public async Task Messages_are_relayed_byte_for_byte_whole_and_in_pieces()
    {
        byte[] data = new byte[200_000];
        Random.Shared.NextBytes(data);
        byte[] source = [.. MessageReaderTests.Message('C', "SELECT 1\0"u8), .. MessageReaderTests.Message('D', data), .. MessageReaderTests.Message('Z', "I"u8)];
        var input = new Pipe();
        Task feeding = Task.Run(async () =>
        {
            for (int i = 0; i < source.Length; i += 30_000)
            {
                await input.Writer.WriteAsync(source.AsMemory(i, Math.Min(30_000, source.Length - i)));
            }

            await input.Writer.CompleteAsync();
        });
        var reader = new MessageReader(input.Reader, MessageLimits.Backend);
        while (await reader.ReadAsync(InPieces.DataRow) is { IsEnd: false } frame)
        {
            _writer.Relay(frame);
        }

        await feeding;
        await _writer.FlushAsync();
        await _pipe.Writer.CompleteAsync();
        ReadResult result = await _pipe.Reader.ReadAtLeastAsync(source.Length);
        Assert.Equal(source, result.Buffer.ToArray());
    }

    [Fact]
    public async Task A_nul_in_a_string_does_not_end_it_early()
    {
        _writer.CommandComplete("a\0b");
        Assert.Equal("a\uFFFDb\0", Encoding.UTF8.GetString(await ReadAsync('C')));
    }

    [Fact]
    public async Task The_other_messages_have_the_bodies_of_the_manual()
    {
        _writer.ParameterDescription([23, 0x80000001]);
        _writer.CopyInResponse(1, 2);
        _writer.BackendKeyData(1, -1);
        _writer.ParameterStatus("a", "b");
        _writer.NotificationResponse(7, "c", "p");
        _writer.NegotiateProtocolVersion(0x30000, ["_pq_.x"]);
        _writer.AuthenticationSasl(["A", "B"]);
        Assert.Equal([0, 2, 0, 0, 0, 23, 128, 0, 0, 1], await ReadAsync('t'));
        Assert.Equal([1, 0, 2, 0, 1, 0, 1], await ReadAsync('G'));
        Assert.Equal([0, 0, 0, 1, 255, 255, 255, 255], await ReadAsync('K'));
        Assert.Equal("a\0b\0"u8.ToArray(), await ReadAsync('S'));
        Assert.Equal([0, 0, 0, 7, .. "c\0p\0"u8], await ReadAsync('A'));
        Assert.Equal([0, 3, 0, 0, 0, 0, 0, 1, .. "_pq_.x\0"u8], await ReadAsync('v'));
        Assert.Equal([0, 0, 0, 10, .. "A\0B\0\0"u8], await ReadAsync('R'));
    }

    [Fact]
    public async Task Messages_do_not_nest_and_are_not_sent_half()
    {
        _writer.BeginMessage(BackendMessage.DataRow);
        Assert.Throws<InvalidOperationException>(() => _writer.BeginMessage(BackendMessage.DataRow));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _writer.FlushAsync().AsTask());
        _writer.EndMessage();
        Assert.Throws<InvalidOperationException>(_writer.EndMessage);
    }

    private async Task<byte[]> ReadAsync(char type)
    {
        await _writer.FlushAsync();
        ReadResult result = await _pipe.Reader.ReadAsync();
        ReadOnlySequence<byte> buffer = result.Buffer;
        Assert.True(MessageReader.TryRead(ref buffer, MessageLimits.Backend, out Frame frame));
        Assert.Equal(type, (char)frame.Type);
        byte[] body = frame.Body.ToArray();
        _pipe.Reader.AdvanceTo(buffer.Start);
        return body;
    }
}
