using Sluice.Gateway.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The session's own backend, and what the messages that pass tell of it: transaction status, reported settings, and how many replies it
/// still owes. Its messages go to the client byte for byte; only ReadyForQuery is kept back, since that is Sluice's to say, and errors tell of rows that
/// CDF has stored before (rules.md P5).
/// </summary>
internal sealed class EngineLink : IAsyncDisposable
{
    private readonly EngineConnection _connection;
    private readonly MessageReader _input;
    private readonly ClientLink _client;
    private bool _saidFarewell;

    public EngineLink(EngineConnection connection, ClientLink client)
    {
        _connection = connection;
        _client = client;
        _input = new MessageReader(connection.Input, MessageLimits.Backend);
        Output = new MessageWriter(connection.Output);
        foreach (var (name, value) in connection.Parameters)
        {
            Settings.Report(name, value);
        }
    }

    /// <summary>Why Sluice had the backend ended, which the client is told instead of the engine's words; <see langword="null"/> if it had not.</summary>
    public Func<PgError?> EndReason { get; init; } = static () => null;

    /// <summary>Messages to the engine; sent by <see cref="FlushAsync"/>.</summary>
    public MessageWriter Output { get; }

    /// <summary>The backend's process id, which the client gets as its own.</summary>
    public int ProcessId => _connection.ProcessId;

    /// <summary>The settings that the engine has reported.</summary>
    public ReportedSettings Settings { get; } = new();

    /// <summary>As of the last ReadyForQuery, or as is known since.</summary>
    public TransactionStatus Status { get; private set; } = TransactionStatus.Idle;

    /// <summary>How many statements have been completed since the last Query message was sent.</summary>
    public int Completed { get; private set; }

    /// <summary>How many replies of the extended protocol are still to come.</summary>
    public int Outstanding { get; private set; }

    /// <summary>The engine has failed a message and skips everything until Sync.</summary>
    public bool Skipping { get; private set; }

    /// <summary>The engine has had messages since its last ReadyForQuery, so it may hold an implicit transaction open.</summary>
    public bool InSegment { get; private set; }

    /// <summary>Rows that the client's own part of the conversation has stored, of which an error of the engine's has to tell, too.</summary>
    public EarlierRows Earlier { get; } = new();

    /// <summary>The last error that the engine has reported; it may be one that the client was not shown.</summary>
    public PgError? LastError { get; private set; }

    /// <summary>A COPY FROM STDIN waits for the client's data.</summary>
    public bool InCopyIn { get; private set; }

    /// <summary>Completes when the engine has said something, or has gone.</summary>
    public Task WhenReadable() => _input.WhenReadable();

    /// <summary>A statement has changed the status, and ReadyForQuery has not come yet.</summary>
    public void Assume(TransactionStatus status) => Status = status;

    /// <summary>Takes note of messages put into <see cref="Output"/> that will have <paramref name="replies"/> replies.</summary>
    public void Expect(int replies)
    {
        InSegment = true;
        if (!Skipping)
        {
            Outstanding += replies;
        }
    }

    /// <summary>The end of the COPY's data has been put into <see cref="Output"/>.</summary>
    public void DataEnds() => InCopyIn = false;

    /// <summary>
    /// Sends what has been written. The engine's answers are passed on meanwhile, since an engine that waits for its reader does not read.
    /// </summary>
    public async ValueTask FlushAsync(EngineReplies pass = EngineReplies.All)
    {
        var flush = Output.FlushAsync(CancellationToken.None);
        if (!flush.IsCompleted)
        {
            var sending = flush.AsTask();
            while (!sending.IsCompleted)
            {
                var readable = _input.WhenReadable();
                if (await Task.WhenAny(sending, readable) == readable)
                {
                    await PassArrivedAsync(pass);
                }
            }

            await SentAsync(sending);
            return;
        }

        await SentAsync(flush.AsTask());
    }

    /// <summary>Passes on what has arrived and goes to the client whatever it is; used while nothing in particular is waited for.</summary>
    public async ValueTask PassArrivedAsync(EngineReplies pass = EngineReplies.All)
    {
        await WaitAsync();
        await PassAsync(pass);
        await _client.FlushAsync();
    }

    /// <summary>Sends a Query message and passes on its answers up to ReadyForQuery, or to the start of a COPY FROM STDIN.</summary>
    public async ValueTask<EnginePause> QueryAsync(ReadOnlyMemory<byte> sql)
    {
        Output.BeginMessage(FrontendMessage.Query);
        Output.CString(sql.Span);
        Output.EndMessage();
        InSegment = true;
        Completed = 0;
        await FlushAsync();
        return await RunAsync(EnginePause.Ready, EngineReplies.All);
    }

    /// <summary>Sends Sync and passes on what comes before its ReadyForQuery.</summary>
    public async ValueTask SyncAsync(EngineReplies pass = EngineReplies.All)
    {
        Output.BeginMessage(FrontendMessage.Sync);
        Output.EndMessage();
        InSegment = true;
        await FlushAsync(pass);
        await RunAsync(EnginePause.Ready, pass);
    }

    /// <summary>Waits until every reply that is owed has been passed on, so that the next word to the client may be Sluice's own.</summary>
    public async ValueTask<EnginePause> SettleAsync(EngineReplies pass = EngineReplies.All)
    {
        if (Outstanding == 0)
        {
            return EnginePause.Settled;
        }

        Output.BeginMessage(FrontendMessage.Flush);
        Output.EndMessage();
        await FlushAsync(pass);
        return await RunAsync(EnginePause.Settled, pass);
    }

    /// <summary>Goes on after a COPY FROM STDIN. The Flush that began the wait was lost on the COPY, so there is another.</summary>
    public ValueTask<EnginePause> ResumeAsync(EnginePause until, EngineReplies pass) =>
        until == EnginePause.Settled ? SettleAsync(pass) : RunAsync(until, pass);

    /// <summary>
    /// Keeps the engine's idle timeouts from ending a session whose statement Sluice runs: they begin at ReadyForQuery and stop at the next message,
    /// which is one that does nothing here, without Sync. Nothing may be outstanding.
    /// </summary>
    public async ValueTask StopIdleTimeoutsAsync()
    {
        if (InSegment)
        {
            return;
        }

        EngineRows.Close(Output, "_sluice_idle", 'S');
        Expect(replies: 1);
        await SettleAsync(EngineReplies.AsynchronousOnly);
    }

    /// <summary>Ends the implicit transaction that earlier statements of the client's segment have opened. Nothing may be outstanding.</summary>
    /// <exception cref="PgException">It fails to commit: a deferred constraint.</exception>
    public async ValueTask CommitImplicitAsync()
    {
        if (!InSegment)
        {
            return;
        }

        LastError = null;
        await SyncAsync(EngineReplies.AsynchronousOnly);
        if (LastError is { } error)
        {
            throw new PgException(error);
        }
    }

    /// <summary>
    /// Fails the transaction that the engine has open, implicit or not, after Sluice's own part of it has failed (rules.md P5, step 4): a
    /// Parse that cannot be parsed, whose error stays here.
    /// </summary>
    public async ValueTask PoisonAsync()
    {
        if (!Skipping)
        {
            Output.BeginMessage(FrontendMessage.Parse);
            Output.CString(""u8);
            Output.CString("!"u8);
            Output.Int16(0);
            Output.EndMessage();
        }

        await SyncAsync(EngineReplies.AsynchronousOnly);
    }

    /// <summary>
    /// Reads the one row, as text, that the messages in <see cref="Output"/> will bring with <paramref name="replies"/> replies: a question
    /// of Sluice's own, in its place among what the client is doing. Nothing may be outstanding.
    /// </summary>
    /// <exception cref="PgException">The engine's error; it then skips to Sync.</exception>
    public async ValueTask<string?[]> AskAsync(int replies)
    {
        string?[]? row = null;
        await AskAsync(replies, (type, body) =>
        {
            if (type == BackendMessage.DataRow)
            {
                row = DataRow.ParseText(body.Span);
            }

            return ValueTask.CompletedTask;
        });
        return row ?? throw new InvalidOperationException("The engine returned no row.");
    }

    /// <summary>
    /// Sends the messages in <see cref="Output"/>, a question of Sluice's own, and hands what the engine answers to <paramref name="take"/>: type
    /// and body of each message. Nothing may be outstanding.
    /// </summary>
    /// <exception cref="PgException">The engine's error; it then skips to Sync.</exception>
    public async ValueTask AskAsync(int replies, EngineAnswer take)
    {
        var alone = !InSegment;
        Output.BeginMessage(alone ? FrontendMessage.Sync : FrontendMessage.Flush);
        Output.EndMessage();
        InSegment = true;
        Outstanding += replies;
        await SentAsync(Output.FlushAsync(CancellationToken.None).AsTask());
        PgError? error = null;
        while (alone ? InSegment : Outstanding > 0)
        {
            if (!_input.TryRead(out var frame))
            {
                if (_input.IsCompleted)
                {
                    throw Gone(inner: null);
                }

                await WaitAsync();
                continue;
            }

            Observe(frame);
            switch (frame.Type)
            {
                case BackendMessage.ErrorResponse:
                    error = PgErrorParser.Parse(_input.Contiguous(frame).Span);
                    if (error.Severity is PgSeverity.Fatal or PgSeverity.Panic)
                    {
                        // The backend goes, and the client has not been told.
                        throw new PgException(OwnReason(error) ?? error);
                    }

                    break;
                default:
                    if (IsAsynchronous(frame.Type))
                    {
                        _client.Output.Relay(frame);
                    }
                    else
                    {
                        await take(frame.Type, _input.Contiguous(frame));
                    }

                    break;
            }
        }

        if (error is not null)
        {
            throw new PgException(error);
        }
    }

    /// <summary>Asks the engine to cancel what it is doing.</summary>
    public Task CancelAsync(CancellationToken cancellationToken) => _connection.CancelAsync(cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async ValueTask<EnginePause> RunAsync(EnginePause goal, EngineReplies pass)
    {
        while (true)
        {
            await PassAsync(pass);
            if (InCopyIn)
            {
                return EnginePause.CopyIn;
            }

            if (goal == EnginePause.Ready ? !InSegment : Outstanding == 0)
            {
                return goal;
            }

            await _client.FlushAsync();
            await WaitAsync();
        }
    }

    private async ValueTask SentAsync(Task sending)
    {
        try
        {
            await sending;
        }
        catch (IOException e)
        {
            throw Gone(e);
        }
    }

    private async ValueTask WaitAsync()
    {
        try
        {
            await _input.WhenReadable();
        }
        catch (IOException e)
        {
            throw Gone(e);
        }
    }

    private async ValueTask PassAsync(EngineReplies pass)
    {
        while (_input.TryRead(out var frame, InPieces.DataRow | InPieces.CopyData))
        {
            Observe(frame);
            if (frame.Type == BackendMessage.ErrorResponse && _saidFarewell && OwnReason(PgErrorParser.Parse(_input.Contiguous(frame).Span)) is { } reason)
            {
                await _client.FlushAsync();
                throw new PgException(reason);
            }

            if (frame.Type == BackendMessage.ReadyForQuery || !Passes(frame.Type, pass))
            {
                continue;
            }

            if (frame.Type == BackendMessage.ErrorResponse && Earlier.Tell(LastError!) is var told && told != LastError)
            {
                _client.Output.ErrorResponse(told);
            }
            else
            {
                _client.Output.Relay(frame);
            }
        }

        if (_input.IsCompleted)
        {
            await _client.FlushAsync();
            throw Gone(inner: null);
        }
    }

    private PgError? OwnReason(PgError error) => error.SqlState == SqlState.AdminShutdown ? EndReason() : null;

    /// <summary>The backend has gone. If it said why, the client has been told, and hears nothing more.</summary>
    private Exception Gone(Exception? inner) => _saidFarewell
        ? new SessionEndedException()
        : new PgException(
            new PgError
            {
                Severity = PgSeverity.Fatal,
                SqlState = SqlState.AdminShutdown,
                Message = "terminating connection because the engine's backend has ended",
                Hint = "Connect again; the engine may have been restarted.",
            },
            inner);

    private void Observe(in Frame frame)
    {
        if (frame.Type == BackendMessage.CommandComplete)
        {
            Completed++;
        }

        switch (frame.Type)
        {
            case BackendMessage.ReadyForQuery:
                Status = (TransactionStatus)frame.Body.FirstSpan[0];
                Outstanding = 0;
                Skipping = false;
                InSegment = false;
                InCopyIn = false;
                break;
            case BackendMessage.CopyInResponse:
                InCopyIn = true;
                break;
            case BackendMessage.ErrorResponse:
                LastError = PgErrorParser.Parse(_input.Contiguous(frame).Span);
                _saidFarewell = LastError.Severity is PgSeverity.Fatal or PgSeverity.Panic;
                InCopyIn = false;
                Outstanding = 0;
                Skipping = true;
                break;
            case BackendMessage.ParameterStatus:
                Settings.Report(frame.Body);
                break;
            case BackendMessage.ParseComplete or BackendMessage.BindComplete or BackendMessage.CloseComplete
                or BackendMessage.NoData or BackendMessage.RowDescription or BackendMessage.CommandComplete
                or BackendMessage.PortalSuspended or BackendMessage.EmptyQueryResponse:
                InCopyIn = false;
                Outstanding = Math.Max(0, Outstanding - 1);
                break;
        }
    }

    private static bool Passes(byte type, EngineReplies pass) => pass switch
    {
        EngineReplies.All => true,
        EngineReplies.AsInSimpleQuery => type is not (BackendMessage.ParseComplete or BackendMessage.BindComplete
            or BackendMessage.CloseComplete or BackendMessage.NoData or BackendMessage.ParameterDescription),
        _ => IsAsynchronous(type),
    };

    private static bool IsAsynchronous(byte type) =>
        type is BackendMessage.NoticeResponse or BackendMessage.NotificationResponse or BackendMessage.ParameterStatus;
}
