using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>Hands the data of a COPY FROM STDIN on to the engine, in pieces as they arrive.</summary>
internal static class CopyRelay
{
    private const int FlushAt = 64 * 1024;

    /// <summary>
    /// Relays until the client ends the COPY or the engine fails it. What the client sends after the engine's error is ignored by the
    /// session, as PostgreSQL ignores it; only a message that was begun is finished, or the engine would lose its place in the stream.
    /// </summary>
    public static async ValueTask RunAsync(ClientLink client, EngineLink engine, EngineReplies pass = EngineReplies.All)
    {
        var inMessage = false;
        while (engine.InCopyIn || inMessage)
        {
            while ((engine.InCopyIn || inMessage) && client.Input.TryRead(out var frame, InPieces.CopyData))
            {
                switch (frame.Type)
                {
                    case FrontendMessage.CopyData:
                        engine.Output.Relay(frame);
                        inMessage = !frame.IsLast;
                        if (engine.Output.UnflushedBytes >= FlushAt)
                        {
                            await engine.FlushAsync(pass);
                        }

                        break;
                    case FrontendMessage.CopyDone or FrontendMessage.CopyFail:
                        engine.Output.Relay(frame);
                        engine.DataEnds();
                        await engine.FlushAsync(pass);
                        return;
                    case FrontendMessage.Flush or FrontendMessage.Sync:
                        // Clients of the extended protocol may send them before they know that this is a COPY; PostgreSQL ignores them here.
                        break;
                    case FrontendMessage.Terminate:
                        throw new SessionEndedException();
                    default:
                        throw UnexpectedMessage(frame.Type);
                }
            }

            await engine.FlushAsync(pass);
            if (client.Input.IsCompleted)
            {
                throw new SessionEndedException();
            }

            if (engine.InCopyIn || inMessage)
            {
                var readable = engine.WhenReadable();
                if (await Task.WhenAny(client.Input.WhenReadable(), readable) == readable)
                {
                    await engine.PassArrivedAsync(pass);
                }
            }
        }
    }

    /// <summary>08P01, in PostgreSQL's words.</summary>
    public static PgException UnexpectedMessage(byte type) => new(new PgError
    {
        Severity = PgSeverity.Fatal,
        SqlState = SqlState.ProtocolViolation,
        Message = $"unexpected message type 0x{type:X2} during COPY from stdin",
    });
}
