using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// One client's session: a loop over its messages. All waiting is for more bytes of either side, for CDF, or for the client to read
/// (design.md, section 4).
/// </summary>
internal sealed class GatewaySession : IDisposable
{
    private readonly SessionCore _core;
    private readonly OwnWrites _writes;
    private readonly SimpleQuery _simple;
    private readonly ExtendedQuery _extended;

    // The client has had its ReadyForQuery: nothing is being written for it.
    private bool _atRest = true;

    public GatewaySession(SessionCore core)
    {
        _core = core;
        var own = new OwnStatements(core);
        _writes = new OwnWrites(core, new CopyIn(core));
        var transactions = new TransactionStatements(core);
        var definitions = new DefinitionStatements(core, own, _writes);
        _simple = new SimpleQuery(core, own, _writes, transactions, definitions);
        _extended = new ExtendedQuery(core, own, _writes, transactions, definitions);
    }

    /// <summary>Greets the client and serves it until it leaves.</summary>
    /// <exception cref="PgException">FATAL: the session cannot go on.</exception>
    public async Task RunAsync(CancelKey key)
    {
        var (client, engine) = (_core.Client, _core.Engine);
        foreach (var (name, value) in engine.Settings.All)
        {
            client.Output.ParameterStatus(name, value);
        }

        client.Output.BackendKeyData(key.ProcessId, key.Secret);
        client.Output.ReadyForQuery(TransactionStatus.Idle);
        try
        {
            await ServeAsync();
        }
        catch (PgException e)
        {
            throw new PgException(engine.Earlier.Tell(e.Error), e);
        }
    }

    public void Dispose()
    {
        _writes.Dispose();
        _core.Block.Dispose();
    }

    private async Task ServeAsync()
    {
        var client = _core.Client;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopping = _core.ShuttingDown.Register(stopped.SetResult);
        while (true)
        {
            if (_core.ShuttingDown.IsCancellationRequested)
            {
                throw new PgException(OwnWork.ShutDown);
            }

            await EndIfAccessIsLostAsync();
            if (client.Input.TryRead(out var frame, InPieces.CopyData))
            {
                if (frame.Type == FrontendMessage.Terminate)
                {
                    await _writes.AnswerSegmentsAsync();
                    return;
                }

                await ProcessAsync(frame);
                continue;
            }

            if (client.Input.IsCompleted)
            {
                return;
            }

            await WaitAsync(stopped.Task);
        }
    }

    /// <summary>Ends a session whose user has lost his access to CDF: not in the middle of a statement, a pipeline or a COMMIT, but after it.</summary>
    /// <exception cref="PgException">FATAL 28000.</exception>
    private async ValueTask EndIfAccessIsLostAsync()
    {
        if (_atRest && _core.User.Access is { Lost: { IsCompletedSuccessfully: true } lost })
        {
            await _writes.AnswerSegmentsAsync();
            throw new PgException(await lost);
        }
    }

    private async ValueTask QueryAsync(Frame frame)
    {
        var body = _core.Client.Input.Contiguous(frame);
        ReadOnlyMemory<byte> sql;
        try
        {
            sql = body[..QueryMessage.Parse(body.Span).Sql.Length];
        }
        catch (PgException e)
        {
            await _simple.RefuseAsync(e.Error);
            return;
        }

        await _simple.RunAsync(sql);
    }

    private async ValueTask WaitAsync(Task stopped)
    {
        var (client, engine) = (_core.Client, _core.Engine);
        await _writes.AnswerSegmentsAsync();
        if (engine.Output.UnflushedBytes > 0)
        {
            await engine.FlushAsync();
        }

        await client.FlushAsync();
        var fromEngine = engine.WhenReadable();
        var first = _atRest && _core.User.Access is { } access
            ? await Task.WhenAny(client.Input.WhenReadable(), fromEngine, stopped, access.Lost)
            : await Task.WhenAny(client.Input.WhenReadable(), fromEngine, stopped);
        if (first == fromEngine)
        {
            await engine.PassArrivedAsync();
        }
        else if (first == stopped)
        {
            throw new PgException(OwnWork.ShutDown);
        }
    }

    private async ValueTask ProcessAsync(Frame frame)
    {
        _atRest = frame.Type is FrontendMessage.Query or FrontendMessage.FunctionCall or FrontendMessage.Sync
            || (_atRest && frame.Type is FrontendMessage.CopyData or FrontendMessage.CopyDone or FrontendMessage.CopyFail);
        switch (frame.Type)
        {
            case FrontendMessage.Query:
                if (await _extended.BeforeQueryAsync())
                {
                    await QueryAsync(frame);
                }

                break;

            case FrontendMessage.CopyData or FrontendMessage.CopyDone or FrontendMessage.CopyFail:
                // Left over from a COPY that has failed; PostgreSQL ignores it, too.
                break;

            case FrontendMessage.FunctionCall:
                if (await _extended.BeforeQueryAsync())
                {
                    await _simple.RefuseAsync(FunctionCallMessage.Refusal().Error);
                }

                break;

            case FrontendMessage.Password:
                throw new PgException(new PgError
                {
                    Severity = PgSeverity.Fatal,
                    SqlState = SqlState.ProtocolViolation,
                    Message = $"invalid frontend message type {frame.Type}",
                });

            default:
                await _extended.ProcessAsync(frame);
                break;
        }
    }
}
