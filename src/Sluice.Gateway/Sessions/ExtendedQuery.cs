using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The extended query protocol. Statements and portals belong to the side that parsed them, a pipeline may mix both in strict order, and what
/// fails, fails everything up to Sync (PostgreSQL manual, 55.2.3; rules.md P1, P2, P5).
/// </summary>
internal sealed class ExtendedQuery
{
    private readonly SessionCore _core;
    private readonly OwnStatements _own;
    private readonly OwnWrites _writes;
    private readonly TransactionStatements _transactions;
    private readonly DefinitionStatements _definitions;
    private readonly ExtendedSegment _segment;
    private readonly ExtendedNames _names;

    public ExtendedQuery(SessionCore core, OwnStatements own, OwnWrites writes, TransactionStatements transactions, DefinitionStatements definitions)
    {
        _core = core;
        _own = own;
        _writes = writes;
        _transactions = transactions;
        _definitions = definitions;
        _segment = new ExtendedSegment(core, own, writes);
        _names = new ExtendedNames(core, own, writes, _segment);
    }

    private EngineLink Engine => _core.Engine;

    /// <summary>Takes one of Parse, Bind, Describe, Execute, Close, Flush and Sync.</summary>
    public async ValueTask ProcessAsync(Frame frame)
    {
        if (frame.Type == FrontendMessage.Sync)
        {
            await SyncAsync();
            return;
        }

        if (_segment.Skipping)
        {
            return;
        }

        try
        {
            await DispatchAsync(frame);
        }
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            await _segment.FailAsync(e.Error);
        }
    }

    /// <summary>
    /// A Query message comes where Sync is expected: what is open is ended first.
    /// </summary>
    /// <returns><see langword="false"/>: after an error all messages are ignored up to Sync, Query too.</returns>
    public async ValueTask<bool> BeforeQueryAsync()
    {
        if (_segment.Skipping)
        {
            return false;
        }

        try
        {
            await _writes.CloseAsync();
        }
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            await _segment.FailAsync(e.Error);
            return false;
        }

        await _segment.SettleAsync();
        return !_segment.Skipping;
    }

    private ValueTask DispatchAsync(in Frame frame) => frame.Type switch
    {
        FrontendMessage.Parse => _names.ParseAsync(frame),
        FrontendMessage.Bind => _names.BindAsync(frame),
        FrontendMessage.Describe => _names.DescribeAsync(frame),
        FrontendMessage.Execute => ExecuteAsync(frame),
        FrontendMessage.Close => _names.CloseAsync(frame),
        _ => FlushAsync(),
    };

    private ValueTask ExecuteAsync(in Frame frame)
    {
        var message = ExecuteMessage.Parse(_core.Client.Input.Contiguous(frame).Span);
        if (_names.TryGetOwnPortal(message.Portal, out var portal))
        {
            return ExecuteOwnAsync(portal, message.MaximumRows);
        }

        return ExecuteEngineAsync(frame, _names.EffectOf(message.Portal));
    }

    private async ValueTask ExecuteOwnAsync(OwnPortal portal, int maxRows)
    {
        await _segment.SettleAsync();
        if (_segment.Skipping)
        {
            return;
        }

        if (portal.Statement is OwnPreparedCommand command)
        {
            await _own.RunPreparedAsync(command, portal, _writes);
        }
        else if (portal.Statement is OwnDefinition definition)
        {
            await _definitions.RunAsync(definition, portal);
        }
        else
        {
            await _writes.ExecuteAsync(portal.Statement, portal, maxRows);
        }
    }

    private async ValueTask ExecuteEngineAsync(Frame frame, EngineEffect effect)
    {
        if (effect.IsOfTransaction)
        {
            await ExecuteTransactionAsync(frame, effect);
            return;
        }

        if (_core.Block.HasPendingRows || _writes.IsOpen)
        {
            await _writes.CloseAsync();
            await _segment.SettleAsync();
            if (_segment.Skipping)
            {
                return;
            }
        }

        await _core.Reads.BeginAsync();
        await _segment.ForwardAsync(frame, replies: 1);
        _own.EngineRuns(effect);
        if (effect.Kind == EngineEffectKind.ReadsData && await Engine.SettleAsync() == EnginePause.CopyIn)
        {
            await _core.Client.FlushAsync();
            await CopyRelay.RunAsync(_core.Client, Engine);
            await Engine.ResumeAsync(EnginePause.Settled, EngineReplies.All);
        }
    }

    private async ValueTask ExecuteTransactionAsync(Frame frame, EngineEffect effect)
    {
        await _writes.CloseAsync();
        if (_transactions.IsLedHere(effect))
        {
            await _segment.SettleAsync();
            if (!_segment.Skipping)
            {
                // Nothing is read from the client meanwhile, so the frame stays where it is.
                await new CommitRun(_core).RunAsync(effect, output => output.Relay(frame), replies: 1);
                _own.EngineRuns(effect);
            }

            return;
        }

        _transactions.Warn(effect);
        await _segment.ForwardAsync(frame, replies: 1);
        _own.EngineRuns(effect);
        if (effect.Kind is not EngineEffectKind.Begins)
        {
            // Whether it succeeds decides what becomes of the rows that wait.
            await _segment.SettleAsync();
        }

        if (!_segment.Skipping)
        {
            _transactions.HasRun(effect);
        }
    }

    private async ValueTask FlushAsync()
    {
        await _writes.CloseAsync();
        await _segment.SettleAsync();
        await _core.Client.FlushAsync();
    }

    private async ValueTask SyncAsync()
    {
        if (!_segment.Skipping && !Engine.InSegment && !_core.InBlock && _core.Client.Input.HasMessage && await _writes.TryEndSegmentAsync())
        {
            _names.EndTransaction();
            return;
        }

        if (!_segment.Skipping)
        {
            try
            {
                await _writes.CloseAsync();
            }
            catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
            {
                await _segment.FailAsync(e.Error);
            }
        }

        _names.EndSegment();
        if (Engine.InSegment)
        {
            await Engine.SyncAsync();
            _own.EngineRuns(EngineEffect.None);
        }

        _segment.End();
        _core.Reads.WriteNotices();
        _core.Settled();
        if (!_core.InBlock)
        {
            _names.EndTransaction();
        }

        _core.Client.Output.ReadyForQuery(Engine.Status);
        await _core.Client.FlushAsync();
    }
}
