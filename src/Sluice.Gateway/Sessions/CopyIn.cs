using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>COPY … FROM STDIN of a CDF table: the data is decoded where it lies in the receive buffer (PostgreSQL manual, 55.2.6).</summary>
internal sealed class CopyIn(SessionCore core)
{
    /// <summary>
    /// No row that CDF takes is longer (RAW: 5 MiB of JSON); a quote that is never closed shall not make the rest of a file one row in memory.
    /// </summary>
    private const int MaxRowLength = 32 * 1024 * 1024;

    /// <summary>Runs the COPY to its CommandComplete.</summary>
    /// <exception cref="PgException">The COPY has failed; what the client still sends of its data is to be ignored.</exception>
    public async ValueTask RunAsync(OwnCopy copy, EngineState state)
    {
        var options = CopyStatementOptions.Read(copy.Statement);
        if (copy.Statement.Options.Any(option => option.Name == "on_error"))
        {
            state = state.With(SluiceSettings.OnError, options.OnError == CopyOnError.Ignore ? "skip" : "stop") with { RejectLimit = options.RejectLimit };
        }

        var skips = state.SkipsErrors;
        using var decoder = CopyDecoder.Create(options, copy.Plan.Table.Name, [.. copy.Plan.Columns.Select(c => c.Name)]);
        decoder.MaxRowLength = MaxRowLength;
        decoder.KeepsBadRows = skips;
        using var write = new RunningWrite(core, copy.Plan, state);
        var rows = new CopyRows(decoder, write, copy.Plan, skips);
        core.Client.Output.CopyInResponse(options.Format == CopyFormat.Binary ? (byte)1 : (byte)0, copy.Plan.Columns.Length);
        await core.Client.FlushAsync();
        try
        {
            await ReceiveAsync(rows, write);
            var result = await write.CompleteAsync();
            foreach (var notice in CopyNotices.Of(result, options.LogVerbosity))
            {
                core.Client.Output.NoticeResponse(notice);
            }

            core.Client.Output.CommandComplete($"COPY {result.Rows}");
        }
        catch (PgException e)
        {
            throw new PgException(await write.FailAsync(e), e);
        }
        catch (SessionEndedException)
        {
            await write.FailAsync(new PgException(SqlState.ConnectionFailure, "the client has gone"));
            throw;
        }
    }

    private async ValueTask ReceiveAsync(CopyRows rows, RunningWrite write)
    {
        while (true)
        {
            var frame = await NextAsync(write);
            switch (frame.Type)
            {
                case FrontendMessage.CopyData:
                    foreach (var segment in frame.Body)
                    {
                        await rows.DecodeAsync(segment);
                    }

                    break;
                case FrontendMessage.CopyDone:
                    rows.Complete();
                    return;
                case FrontendMessage.CopyFail:
                    var reason = PayloadReader.Decode(CopyFailMessage.Parse(core.Client.Input.Contiguous(frame).Span).Reason);
                    throw new PgException(SqlState.QueryCanceled, $"COPY from stdin failed: {reason}");
                case FrontendMessage.Flush or FrontendMessage.Sync:
                    break;
                case FrontendMessage.Terminate:
                    throw new SessionEndedException();
                default:
                    throw CopyRelay.UnexpectedMessage(frame.Type);
            }
        }
    }

    /// <summary>The client's next message; meanwhile a CancelRequest may come, and the engine may say something.</summary>
    private async ValueTask<Frame> NextAsync(RunningWrite write)
    {
        var input = core.Client.Input;
        Frame frame;
        while (!input.TryRead(out frame, InPieces.CopyData))
        {
            if (input.IsCompleted)
            {
                throw new SessionEndedException();
            }

            var readable = input.WhenReadable();
            var engine = core.Engine.WhenReadable();
            await Task.WhenAny(readable, engine, write.WhenStopped);
            if (write.Stopped.IsCancellationRequested)
            {
                await write.ThrowCancelledAsync();
            }

            if (engine.IsCompleted)
            {
                await core.Engine.PassArrivedAsync();
            }
        }

        return frame;
    }
}
