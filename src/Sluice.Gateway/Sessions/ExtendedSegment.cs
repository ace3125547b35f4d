using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The messages of the extended protocol between two Syncs: which of the two sides owes replies, and whether what comes is skipped after a failure
/// (PostgreSQL manual, 55.2.3; rules.md P5).
/// </summary>
internal sealed class ExtendedSegment(SessionCore core, OwnStatements own, OwnWrites writes)
{
    private const int FlushAt = 64 * 1024;

    private bool _skipping;

    /// <summary>Everything up to Sync is skipped, since either side has failed.</summary>
    public bool Skipping => _skipping || Engine.Skipping;

    private EngineLink Engine => core.Engine;

    /// <summary>Sync has come: the next message is not skipped.</summary>
    public void End() => _skipping = false;

    /// <summary>An engine's message: what Sluice owes comes first, and the message's own reply comes from the engine.</summary>
    public async ValueTask ForwardAsync(Frame frame, int replies)
    {
        if (writes.IsOpen)
        {
            // Closing waits, and the frame's bytes are gone after the next read; nothing is read from the client meanwhile.
            await writes.CloseAsync();
        }

        Engine.Output.Relay(frame);
        Engine.Expect(replies);
        if (Engine.Output.UnflushedBytes >= FlushAt)
        {
            await Engine.FlushAsync();
        }
    }

    /// <summary>A reply of Sluice's own, after what the engine owes; none if that fails.</summary>
    public async ValueTask ReplyAsync(Action<ReplyQueue> reply)
    {
        await SettleAsync();
        if (!Skipping)
        {
            reply(writes.Replies);
        }
    }

    /// <summary>Waits until the engine has answered everything.</summary>
    public async ValueTask SettleAsync()
    {
        if (Engine.Outstanding > 0)
        {
            await Engine.SettleAsync();
        }
    }

    /// <summary>A message has failed: the error is told, and everything up to Sync is skipped.</summary>
    public async ValueTask FailAsync(PgError error)
    {
        // What the engine owes for earlier messages comes first, and may be the error that counts.
        var engineHadFailed = Engine.Skipping;
        await SettleAsync();
        error = await writes.AbandonAsync(error);
        if (Engine.Skipping && !engineHadFailed)
        {
            return;
        }

        core.Client.Output.ErrorResponse(error);
        _skipping = true;
        if (Engine.InSegment || core.InBlock)
        {
            await Engine.PoisonAsync();
            own.EngineRuns(EngineEffect.None);
        }
    }
}
