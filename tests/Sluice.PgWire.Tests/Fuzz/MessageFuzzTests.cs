using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Tests.Fuzz;

/// <summary>A client's messages that are broken in all ways: cut alike in whatever pieces they come, and parsed or refused with 08P01 or 22021.</summary>
public sealed class MessageFuzzTests
{
    private const string Types = "QPBDECHSFdcfXp";

    private static readonly MessageLimits Limits = MessageLimits.ForFrontend(MessageLimits.PostgresSmall * 4);

    [Fact]
    public void Streams()
    {
        var fuzzer = new Fuzzer(
            40_000,
            [
                "Q\0\0\0\u000dselect 1\0", "P\0\0\0\u0017s\0select $1\0\0\u0001\0\0\0\u0014S\0\0\0\u0004",
                "B\0\0\0\u0018p\0s\0\0\u0001\0\u0001\0\u0001\0\0\0\u0002ab\0\0E\0\0\0\u0009\0\0\0\0\0", "D\0\0\0\u0006S\0C\0\0\0\u0007Pp\0H\0\0\0\u0004",
                "d\0\0\0\u0008a,b\nd\0\0\0\u0004c\0\0\0\u0004f\0\0\0\u0008why\0", "F\0\0\0\u0008\0\0\0\u0001X\0\0\0\u0004", "p\0\0\0\u0008abc\0",
            ],
            ["\0", "\0\0\0\u0004", "\u00ff\u00ff\u00ff\u00ff", "\u007f\u00ff\u00ff\u00ff", "\u0080\0\0\0", "\0\0\0\u0003", "\u00ff\u00ff", "S\0\0\0\u0004", "Q", "B", "d"])
        {
            AllocationPerByte = 256,
        };
        fuzzer.Run((input, random) =>
        {
            (string frames, string? error) = Cut(input);
            Assert.Equal((frames, error), CutInPieces(input, random));
        });
    }

    [Fact]
    public void Bodies()
    {
        var fuzzer = new Fuzzer(
            60_000,
            ["select 1\0", "s\0select $1\0\0\u0001\0\0\0\u0014", "p\0s\0\0\u0001\0\u0001\0\u0002\0\0\0\u0002ab\u00ff\u00ff\u00ff\u00ff\0\u0001\0\u0001", "Sname\0", "p\0\0\0\0\u000a", "why\0"],
            ["\0", "\0\u0001", "\u00ff\u00ff", "\u00ff\u00ff\u00ff\u00ff", "\u007f\u00ff\u00ff\u00ff", "\u00ff\u00ff\u00ff\u00fe", "S", "P", "\u00c3"])
        {
            AllocationPerByte = 16,
        };
        fuzzer.Run((input, random) =>
        {
            try
            {
                Parse(Types[random.Next(Types.Length)], input);
            }
            catch (PgException e)
            {
                Assert.True(e.Error.SqlState is "08P01" or "22021" or "0A000", e.ToString());
            }
        });
    }

    /// <summary>Reads every field of a body.</summary>
    private static void Parse(char type, byte[] body)
    {
        switch (type)
        {
            case 'Q':
                _ = QueryMessage.Parse(body).Sql.Length;
                break;
            case 'P':
                ParseMessage parse = ParseMessage.Parse(body);
                for (int i = 0; i < parse.TypeCount; i++)
                {
                    _ = parse.TypeOid(i);
                }

                break;
            case 'B':
                BindMessage bind = BindMessage.Parse(body);
                int index = 0;
                foreach (ValueRange range in bind.Values)
                {
                    Assert.True(range.IsNull || body.AsSpan(range.Offset, range.Length).Length == range.Length);
                    _ = bind.ParameterFormat(index++);
                }

                Assert.Equal(bind.ParameterCount, index);
                for (int i = 0; i < bind.ResultFormatCount; i++)
                {
                    _ = bind.ResultFormat(i);
                }

                break;
            case 'D':
                _ = TargetMessage.ParseDescribe(body).Kind;
                break;
            case 'C':
                _ = TargetMessage.ParseClose(body).Kind;
                break;
            case 'E':
                _ = ExecuteMessage.Parse(body).MaximumRows;
                break;
            case 'f':
                _ = PayloadReader.Decode(CopyFailMessage.Parse(body).Reason);
                break;
            default:
                _ = new PayloadReader(body).String();
                break;
        }
    }

    private static (string Frames, string? Error) Cut(byte[] input)
    {
        var frames = new StringBuilder();
        var buffer = new ReadOnlySequence<byte>(input);
        try
        {
            while (MessageReader.TryRead(ref buffer, Limits, out Frame frame))
            {
                Add(frames, frame.Type, frame.Body.ToArray());
            }

            return (frames.ToString(), null);
        }
        catch (PgException e)
        {
            return (frames.ToString(), e.Error.Message);
        }
    }

    private static (string Frames, string? Error) CutInPieces(byte[] input, Random random)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var reader = new MessageReader(pipe.Reader, Limits);
        var frames = new StringBuilder();
        var message = new List<byte>();
        int written = 0;
        try
        {
            while (true)
            {
                if (!reader.TryRead(out Frame frame, InPieces.CopyData))
                {
                    if (reader.IsCompleted)
                    {
                        return (frames.ToString(), null);
                    }

                    if (written == input.Length)
                    {
                        pipe.Writer.Complete();
                    }
                    else
                    {
                        int length = Math.Min(random.Next(1, 40), input.Length - written);
                        pipe.Writer.Write(input.AsSpan(written, length));
                        written += length;
                        Assert.True(pipe.Writer.FlushAsync().AsTask().IsCompletedSuccessfully);
                    }

                    Assert.True(reader.WhenReadable().IsCompleted);
                    continue;
                }

                Assert.Equal(message.Count, frame.Offset);
                message.AddRange(reader.Contiguous(frame).Span);
                if (frame.IsLast)
                {
                    Add(frames, frame.Type, [.. message]);
                    message.Clear();
                }
            }
        }
        catch (PgException e)
        {
            return (frames.ToString(), e.Error.Message);
        }
    }

    private static void Add(StringBuilder frames, byte type, byte[] body) => frames.Append((char)type).AppendLine(Convert.ToHexString(body));
}
