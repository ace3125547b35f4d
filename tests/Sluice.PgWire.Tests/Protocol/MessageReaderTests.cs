using System.Buffers;
using System.IO.Pipelines;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Tests.Protocol;

public sealed class MessageReaderTests
{
    private readonly Pipe _pipe = new(new PipeOptions(useSynchronizationContext: false, minimumSegmentSize: 16));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task Messages_are_the_same_however_their_bytes_arrive(int step)
    {
        byte[] bytes = [.. Message('Q', "SELECT 1\0"u8), .. Message('S', []), .. Message('d', new byte[5_000]), .. Message('X', [])];
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        Task feeding = FeedAsync(bytes, step);
        Assert.Equal(("Q", 9), Describe(await reader.ReadAsync()));
        Assert.Equal(("S", 0), Describe(await reader.ReadAsync()));
        Assert.Equal(("d", 5_000), Describe(await reader.ReadAsync()));
        Assert.Equal(("X", 0), Describe(await reader.ReadAsync()));
        Assert.True((await reader.ReadAsync()).IsEnd);
        Assert.True((await reader.ReadAsync()).IsEnd);
        await feeding;
    }

    [Fact]
    public async Task A_body_over_several_segments_becomes_one_stretch()
    {
        byte[] sql = [.. Enumerable.Range(0, 3_000).Select(i => (byte)('a' + (i % 26))), 0];
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        await FeedAsync(Message('Q', sql), 11);
        Frame frame = await reader.ReadAsync();
        Assert.False(frame.Body.IsSingleSegment);
        Assert.Equal(sql, reader.Contiguous(frame).ToArray());
    }

    [Fact]
    public async Task A_big_copy_message_comes_in_pieces_and_the_next_message_whole()
    {
        byte[] data = new byte[100_000];
        Random.Shared.NextBytes(data);
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        Task feeding = FeedAsync([.. Message('d', data), .. Message('c', [])], 1_000);
        var received = new List<byte>();
        int pieces = 0;
        Frame frame;
        do
        {
            frame = await reader.ReadAsync(InPieces.CopyData);
            Assert.Equal((FrontendMessage.CopyData, 100_000, received.Count), (frame.Type, frame.Length, frame.Offset));
            Assert.True(frame.Body.Length > 0);
            received.AddRange(frame.Body.ToArray());
            pieces++;
        }
        while (!frame.IsLast);

        Assert.True(pieces > 1);
        Assert.Equal(data, received);
        Assert.Equal(("c", 0), Describe(await reader.ReadAsync(InPieces.CopyData)));
        await feeding;
    }

    [Fact]
    public async Task A_message_that_ends_in_the_middle_is_the_end()
    {
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        await FeedAsync(Message('Q', "SELECT 1\0"u8)[..^1], 4);
        Assert.True((await reader.ReadAsync()).IsEnd);
    }

    [Theory]
    [InlineData('Q', 3)]
    [InlineData('Q', 0)]
    [InlineData('Q', -1)]
    [InlineData('Q', int.MinValue)]
    [InlineData('Q', 0x3FFFFFFF)]
    [InlineData('d', int.MaxValue)]
    [InlineData('S', 10_001)]
    [InlineData('D', 10_001)]
    [InlineData('z', 4)]
    [InlineData('\0', 4)]
    public async Task A_header_that_cannot_be_is_refused_before_its_body_arrives(char type, int length)
    {
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        await _pipe.Writer.WriteAsync(new[] { (byte)type, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length });
        PgException e = await Assert.ThrowsAsync<PgException>(() => reader.ReadAsync(InPieces.CopyData).AsTask());
        Assert.Equal((PgSeverity.Fatal, "08P01"), (e.Error.Severity, e.Error.SqlState));
    }

    [Fact]
    public async Task The_bound_is_a_setting()
    {
        var reader = new MessageReader(_pipe.Reader, MessageLimits.ForFrontend(20_000));
        await _pipe.Writer.WriteAsync(Message('Q', new byte[20_000 - 4]));
        Assert.Equal(("Q", 19_996), Describe(await reader.ReadAsync()));
        await _pipe.Writer.WriteAsync(Message('Q', new byte[20_000 - 3]));
        await Assert.ThrowsAsync<PgException>(() => reader.ReadAsync().AsTask());
    }

    [Fact]
    public async Task What_was_not_read_stays_in_the_pipe()
    {
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        await FeedAsync([.. Message('S', []), .. Message('H', [])], 100);
        await reader.ReadAsync();
        reader.Detach();
        var next = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        Assert.Equal(("H", 0), Describe(await next.ReadAsync()));
    }

    [Fact]
    public async Task Only_what_has_arrived_is_tried()
    {
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        Assert.False(reader.TryRead(out _));
        await _pipe.Writer.WriteAsync(Message('S', []).AsMemory(0, 3));
        Assert.False(reader.TryRead(out _));
        await _pipe.Writer.WriteAsync(Message('S', []).AsMemory(3));
        Assert.True(reader.TryRead(out Frame frame));
        Assert.Equal(("S", 0), Describe(frame));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task A_read_can_be_cancelled_and_repeated()
    {
        var reader = new MessageReader(_pipe.Reader, MessageLimits.Frontend);
        await _pipe.Writer.WriteAsync(Message('S', []).AsMemory(0, 3));
        using var cancel = new CancellationTokenSource();
        Task<Frame> reading = reader.ReadAsync(cancellationToken: cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await _pipe.Writer.WriteAsync(Message('S', []).AsMemory(3));
        Assert.Equal(("S", 0), Describe(await reader.ReadAsync()));
    }

    internal static byte[] Message(char type, ReadOnlySpan<byte> body)
    {
        int length = body.Length + 4;
        return [(byte)type, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. body];
    }

    private static (string Type, int Length) Describe(Frame frame) => (((char)frame.Type).ToString(), (int)frame.Body.Length);

    private async Task FeedAsync(byte[] bytes, int step)
    {
        for (int i = 0; i < bytes.Length; i += step)
        {
            await _pipe.Writer.WriteAsync(bytes.AsMemory(i, Math.Min(step, bytes.Length - i)));
        }

        await _pipe.Writer.CompleteAsync();
    }
}
