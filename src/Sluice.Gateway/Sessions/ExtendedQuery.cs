using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The extended query protocol. Statements and portals belong to the side that parsed them, a pipeline may mix both in strict order, and what
/// fails, fails everything up to Sync (PostgreSQL manual, 55.2.3; rules.md P1, P2, P5).
/// </summary>
internal sealed class ExtendedQuery(SessionCore core, OwnStatements own, OwnWrites writes, TransactionStatements transactions)
{
    private const int FlushAt = 64 * 1024;

    private readonly NameTable<OwnPortal> _portals = new();
    private readonly List<string> _parsedByEngine = [];
    private bool _skipping;

    private EngineLink Engine => core.Engine;

    private bool Skipping => _skipping || Engine.Skipping;

    /// <summary>Takes one of Parse, Bind, Describe, Execute, Close, Flush and Sync.</summary>
    public async ValueTask ProcessAsync(Frame frame)
    {
        if (frame.Type == FrontendMessage.Sync)
        {
            await SyncAsync();
            return;
        }

        if (Skipping)
        {
            return;
        }

        try
        {
            await DispatchAsync(frame);
        }
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            await FailAsync(e.Error);
        }
    }

    /// <summary>
    /// A Query message comes where Sync is expected: what is open is ended first.
    /// </summary>
    /// <returns><see langword="false"/>: after an error all messages are ignored up to Sync, Query too.</returns>
    public async ValueTask<bool> BeforeQueryAsync()
    {
        if (Skipping)
        {
            return false;
        }

        try
        {
            await writes.CloseAsync();
        }
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            await FailAsync(e.Error);
            return false;
        }

        await SettleAsync();
        return !Skipping;
    }

    private ValueTask DispatchAsync(in Frame frame) => frame.Type switch
    {
        FrontendMessage.Parse => ParseAsync(frame),
        FrontendMessage.Bind => BindAsync(frame),
        FrontendMessage.Describe => DescribeAsync(frame),
        FrontendMessage.Execute => ExecuteAsync(frame),
        FrontendMessage.Close => CloseAsync(frame),
        _ => FlushAsync(),
    };

    private ValueTask ParseAsync(in Frame frame)
    {
        var message = ParseMessage.Parse(core.Client.Input.Contiguous(frame).Span);
        var name = Encoding.UTF8.GetString(message.Name);
        if (Engine.Outstanding == 0 && (name.Length == 0 || !NameIsTaken(name)) && own.Known(message) is { } known)
        {
            own.Names.SetOwn(name, known);
            writes.Replies.ParseComplete();
            return ValueTask.CompletedTask;
        }

        var statement = own.Analyze(message.Sql);
        if (statement is CopyStatement { Kind: SqlStatementKind.CopyTo, Target: { } target } copyTo && core.MayBeCdfTable(target.Name))
        {
            return ParseCopyToAsync(name, message.Sql.ToArray(), copyTo);
        }

        if (statement is null || !(own.MayBeOwn(statement) || own.MayBeOwnPrepared(message.Sql, statement)))
        {
            return ForwardParseAsync(frame, name, statement is null ? EngineEffect.None : OwnStatements.EffectOf(message.Sql, statement));
        }

        var types = new uint[message.TypeCount];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = message.TypeOid(i);
        }

        return ParseOwnAsync(frame, name, message.Sql.ToArray(), types, statement);
    }

    private bool NameIsTaken(string name) => own.Names.IsOwn(name) || own.Names.IsEngine(name);

    private async ValueTask ParseOwnAsync(Frame frame, string name, byte[] sql, uint[] types, SqlStatement statement)
    {
        await SettleAsync();
        if (Skipping)
        {
            return;
        }

        if (Engine.Status == TransactionStatus.Failed)
        {
            throw SessionCore.InFailedTransaction();
        }

        var bound = statement is PrepareStatement or ExecuteStatement or DeallocateStatement
            ? await own.BindPreparedAsync(sql, statement)
            : await own.BindToTableAsync(sql, types, statement);
        if (bound is null)
        {
            await ForwardParseAsync(frame, name, OwnStatements.EffectOf(sql, statement));
            return;
        }

        if (name.Length > 0 && NameIsTaken(name))
        {
            throw new PgException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");
        }

        own.Names.SetOwn(name, bound);
        if (bound is not OwnPreparedCommand)
        {
            own.Remember(bound);
        }

        writes.Replies.ParseComplete();
    }

    private async ValueTask ParseCopyToAsync(string name, byte[] sql, CopyStatement copy)
    {
        await SettleAsync();
        if (Skipping)
        {
            return;
        }

        if (Engine.Status == TransactionStatus.Failed)
        {
            throw SessionCore.InFailedTransaction();
        }

        await writes.CloseAsync();
        var rewritten = await CopyTo.RewriteAsync(core, sql, copy);
        Engine.Output.BeginMessage(FrontendMessage.Parse);
        Engine.Output.CString(name);
        Engine.Output.CString(rewritten);
        Engine.Output.Int16(0);
        Engine.Output.EndMessage();
        Engine.Expect(replies: 1);
        own.Names.SetEngine(name, EngineEffect.None);
    }

    private async ValueTask ForwardParseAsync(Frame frame, string name, EngineEffect effect)
    {
        if (name.Length > 0 && own.Names.IsOwn(name))
        {
            throw new PgException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");
        }

        await ForwardAsync(frame, replies: 1);
        own.Names.SetEngine(name, effect);
        _parsedByEngine.Add(name);
    }

    private ValueTask BindAsync(in Frame frame)
    {
        var body = core.Client.Input.Contiguous(frame);
        var message = BindMessage.Parse(body.Span);
        var portal = Encoding.UTF8.GetString(message.Portal);
        if (!own.Names.TryGetOwn(message.Statement, out var statement))
        {
            _portals.SetEngine(portal, own.Names.EffectOf(message.Statement));
            return ForwardAsync(frame, replies: 1);
        }

        return Engine.Outstanding == 0 ? BindOwn(frame, portal, statement) : SettleAndBindAsync(frame, portal, statement);
    }

    private async ValueTask SettleAndBindAsync(Frame frame, string portal, OwnStatement statement)
    {
        await SettleAsync();
        if (!Skipping)
        {
            await BindOwn(frame, portal, statement);
        }
    }

    private ValueTask BindOwn(in Frame frame, string portal, OwnStatement statement)
    {
        var body = core.Client.Input.Contiguous(frame);
        var message = BindMessage.Parse(body.Span);

        if (portal.Length > 0 && (_portals.IsOwn(portal) || _portals.IsEngine(portal)))
        {
            throw new PgException(SqlState.DuplicateCursor, $"cursor \"{portal}\" already exists");
        }

        if (message.ParameterCount != statement.ParameterTypes.Length)
        {
            throw new PgException(
                SqlState.ProtocolViolation,
                $"bind message supplies {message.ParameterCount} parameters, but prepared statement "
                + $"\"{Encoding.UTF8.GetString(message.Statement)}\" requires {statement.ParameterTypes.Length}");
        }

        if (_portals.TryGetOwn(portal, out var reusable) && reusable.Statement == statement && reusable.IsReusable)
        {
            reusable.Bind(body.Span);
        }
        else
        {
            _portals.SetOwn(portal, new OwnPortal(statement, body.Span));
        }

        return ReplyAsync(static replies => replies.BindComplete());
    }

    private ValueTask DescribeAsync(in Frame frame)
    {
        var message = TargetMessage.ParseDescribe(core.Client.Input.Contiguous(frame).Span);
        if (message.Kind == TargetKind.Statement)
        {
            return own.Names.TryGetOwn(message.Name, out var statement)
                ? DescribeOwnAsync(statement)
                : ForwardAsync(frame, replies: 1);
        }

        return _portals.TryGetOwn(message.Name, out var portal)
            ? ReplyAsync(replies => Describe(replies, portal.Statement, portal))
            : ForwardAsync(frame, replies: 1);
    }

    private ValueTask DescribeOwnAsync(OwnStatement statement) => ReplyAsync(replies =>
    {
        replies.ParameterDescription(statement.ParameterTypes);
        Describe(replies, statement, portal: null);
    });

    private static void Describe(ReplyQueue replies, OwnStatement statement, OwnPortal? portal)
    {
        if (statement.Returning is { } returning)
        {
            replies.RowDescription(returning.Description(portal));
        }
        else
        {
            replies.NoData();
        }
    }

    private ValueTask ExecuteAsync(in Frame frame)
    {
        var message = ExecuteMessage.Parse(core.Client.Input.Contiguous(frame).Span);
        if (_portals.TryGetOwn(message.Portal, out var portal))
        {
            return ExecuteOwnAsync(portal, message.MaximumRows);
        }

        return ExecuteEngineAsync(frame, _portals.EffectOf(message.Portal));
    }

    private async ValueTask ExecuteOwnAsync(OwnPortal portal, int maxRows)
    {
        await SettleAsync();
        if (Skipping)
        {
            return;
        }

        if (portal.Statement is OwnPreparedCommand command)
        {
            await own.RunPreparedAsync(command, portal, writes);
        }
        else
        {
            await writes.ExecuteAsync(portal.Statement, portal, maxRows);
        }
    }

    private async ValueTask ExecuteEngineAsync(Frame frame, EngineEffect effect)
    {
        if (effect.IsOfTransaction)
        {
            await ExecuteTransactionAsync(frame, effect);
            return;
        }

        if (core.Block.HasPendingRows || writes.IsOpen)
        {
            await writes.CloseAsync();
            await SettleAsync();
            if (Skipping)
            {
                return;
            }
        }

        await core.Reads.BeginAsync();
        await ForwardAsync(frame, replies: 1);
        own.EngineRuns(effect);
        if (effect.Kind == EngineEffectKind.ReadsData && await Engine.SettleAsync() == EnginePause.CopyIn)
        {
            await core.Client.FlushAsync();
            await CopyRelay.RunAsync(core.Client, Engine);
            await Engine.ResumeAsync(EnginePause.Settled, EngineReplies.All);
        }
    }

    private async ValueTask ExecuteTransactionAsync(Frame frame, EngineEffect effect)
    {
        await writes.CloseAsync();
        if (transactions.IsLedHere(effect))
        {
            await SettleAsync();
            if (!Skipping)
            {
                // Nothing is read from the client meanwhile, so the frame stays where it is.
                await new CommitRun(core).RunAsync(effect, output => output.Relay(frame), replies: 1);
                own.EngineRuns(effect);
            }

            return;
        }

        transactions.Warn(effect);
        await ForwardAsync(frame, replies: 1);
        own.EngineRuns(effect);
        if (effect.Kind is not EngineEffectKind.Begins)
        {
            // Whether it succeeds decides what becomes of the rows that wait.
            await SettleAsync();
        }

        if (!Skipping)
        {
            transactions.HasRun(effect);
        }
    }

    private ValueTask CloseAsync(in Frame frame)
    {
        var message = TargetMessage.ParseClose(core.Client.Input.Contiguous(frame).Span);
        var name = Encoding.UTF8.GetString(message.Name);
        return message.Kind == TargetKind.Statement
            ? CloseAsync(frame, own.Names, name)
            : CloseAsync(frame, _portals, name);
    }

    private async ValueTask CloseAsync<T>(Frame frame, NameTable<T> names, string name)
        where T : class
    {
        if (!names.IsOwn(name))
        {
            names.Remove(name, out _);
            await ForwardAsync(frame, replies: 1);
            return;
        }

        await SettleAsync();
        if (!Skipping)
        {
            names.Remove(name, out _);
            writes.Replies.CloseComplete();
        }
    }

    private async ValueTask FlushAsync()
    {
        await writes.CloseAsync();
        await SettleAsync();
        await core.Client.FlushAsync();
    }

    private async ValueTask SyncAsync()
    {
        if (!Skipping && !Engine.InSegment && !core.InBlock && core.Client.Input.HasMessage && await writes.TryEndSegmentAsync())
        {
            _portals.Clear();
            return;
        }

        if (!Skipping)
        {
            try
            {
                await writes.CloseAsync();
            }
            catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
            {
                await FailAsync(e.Error);
            }
        }

        if (Engine.Skipping)
        {
            // Not all of them were parsed; the engine knows which, and asks for nothing to be known here.
            _parsedByEngine.ForEach(name => own.Names.Remove(name, out _));
        }

        _parsedByEngine.Clear();
        if (Engine.InSegment)
        {
            await Engine.SyncAsync();
            own.EngineRuns(EngineEffect.None);
        }

        _skipping = false;
        core.Reads.WriteNotices();
        core.Settled();
        if (!core.InBlock)
        {
            // Portals end with their transaction.
            _portals.Clear();
        }

        core.Client.Output.ReadyForQuery(Engine.Status);
        await core.Client.FlushAsync();
    }

    /// <summary>An engine's message: what Sluice owes comes first, and the message's own reply comes from the engine.</summary>
    private async ValueTask ForwardAsync(Frame frame, int replies)
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

    private async ValueTask ReplyAsync(Action<ReplyQueue> reply)
    {
        await SettleAsync();
        if (!Skipping)
        {
            reply(writes.Replies);
        }
    }

    private async ValueTask SettleAsync()
    {
        if (Engine.Outstanding > 0)
        {
            await Engine.SettleAsync();
        }
    }

    private async ValueTask FailAsync(PgError error)
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
