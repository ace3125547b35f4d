using System.Collections.Immutable;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.Gateway.Writes.ExternalIds;
using Sluice.Gateway.Writes.Groups;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>What the parts of a session share: both its sides, who the user is, and what is known of the transaction.</summary>
internal sealed class SessionCore(ClientLink client, EngineLink engine, SessionUser user, CancellationToken shuttingDown)
{
    private readonly Dictionary<QualifiedName, EngineState> _states = [];
    private ImmutableList<OwnWork> _ownWork = [];

    public ClientLink Client { get; } = client;

    public EngineLink Engine { get; } = engine;

    public SessionUser User { get; } = user;

    /// <summary>What opens the sinks of this session; the engine was started with it.</summary>
    public required string SinkKey { get; init; }

    /// <summary>What scans of the engine's are told.</summary>
    public SessionReads Reads => field ??= new SessionReads(this);

    /// <summary>Fires when the server stops.</summary>
    public CancellationToken ShuttingDown { get; } = shuttingDown;

    /// <summary>A transaction block is open, as far as the statements that have been sent to the engine tell.</summary>
    public bool InBlock { get; set; }

    /// <summary>Sluice's side of the transaction block.</summary>
    public TransactionBlock Block { get; } = new();

    /// <summary>The engine is about to be reported ready: its status is the truth again.</summary>
    public void Settled()
    {
        InBlock = Engine.Status != TransactionStatus.Idle;
        Engine.Earlier.Synced(InBlock);
        if (!InBlock)
        {
            Block.End();
        }
    }

    /// <summary>Forgets what the engine has told; called after every statement of its own (rules.md P4).</summary>
    public void EngineHasRun() => _states.Clear();

    /// <summary>What <paramref name="relation"/> means to the engine now, and the settings that bind a write to it.</summary>
    public async ValueTask<EngineState> StateOfAsync(QualifiedName relation)
    {
        if (!_states.TryGetValue(relation, out var state))
        {
            state = await EngineState.AskAsync(Engine, relation);
            _states[relation] = state;
        }

        return state;
    }

    /// <summary>The CDF table that <paramref name="relation"/> means now, or <see langword="null"/> if it is the engine's.</summary>
    public async ValueTask<TableDefinition?> ResolveAsync(QualifiedName relation)
    {
        if (!MayBeCdfTable(relation))
        {
            return null;
        }

        var state = await StateOfAsync(relation);
        return state is { Schema: "public", Relation: { } name } ? User.Tables().Find(name) : null;
    }

    /// <summary>Whether the name could mean a CDF table at all; decides without asking the engine that most statements are its own.</summary>
    public bool MayBeCdfTable(QualifiedName relation) =>
        relation.Schema is null or "public" && User.Tables().Find(relation.Name) is not null;

    /// <summary>Refuses a write to a CDF table where it cannot be done now.</summary>
    /// <exception cref="PgException">25P02, 0A000 or 25006.</exception>
    public void CheckMayWrite(string command, EngineState state)
    {
        if (Engine.Status == TransactionStatus.Failed)
        {
            throw InFailedTransaction();
        }

        if (state.ReadOnly)
        {
            throw new PgException(SqlState.ReadOnlySqlTransaction, $"cannot execute {command} in a read-only transaction");
        }

        if (Engine.Settings.ClientEncoding is not ("UTF8" or "SQL_ASCII"))
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"{command} of CDF tables is not supported with client_encoding {Engine.Settings.ClientEncoding}",
                hint: "SET client_encoding = 'UTF8'; every driver can.");
        }
    }

    /// <summary>25P02, in PostgreSQL's words.</summary>
    public static PgException InFailedTransaction() => new(
        SqlState.InFailedSqlTransaction,
        "current transaction is aborted, commands ignored until end of transaction block");

    /// <summary>Where a write of this session goes and what binds it.</summary>
    public WriteContext WriteContext(EngineState state) => User.Writes with
    {
        Settings = state.WriteSettings(User.Writes.Settings),
        TextInput = Engine.Settings.TextInput,
        Tally = new WriteTally(),
    };

    /// <summary>A write of rows: to CDF at once, or inside a transaction block to what waits for COMMIT.</summary>
    /// <param name="plan">What is written.</param>
    /// <param name="state">The settings.</param>
    /// <param name="record">Keeps what it costs.</param>
    /// <param name="storedBefore">Rows that the statement has stored already.</param>
    /// <exception cref="PgException">25001 rows wait, and the write is not to; 0A000 what it returns is not known before COMMIT.</exception>
    public IRowWrite OpenRowWrite(WritePlan plan, EngineState state, StatementRecord record, long storedBefore)
    {
        var context = record.Watch(WriteContext(state)) with { StoredBefore = storedBefore };
        return plan.Resolved() is var (resolved, sources)
            ? new ResolvingWrite(plan, new RowResolver(plan, sources, context), Open(resolved, context, state), context)
            : Open(plan, context, state);
    }

    private IRowWrite Open(WritePlan plan, WriteContext context, EngineState state)
    {
        if (!InBlock)
        {
            return context.Groups is { } groups && SingleRows.MayShare(plan, context)
                ? new SharedWrite(plan, context, groups)
                : TableWrite.Start(plan, context);
        }

        if (state.TransactionMode == TransactionMode.Immediate)
        {
            return Block.HasPendingRows
                ? throw new PgException(
                    SqlState.ActiveSqlTransaction,
                    "rows cannot be written at once while others wait for COMMIT",
                    hint: "SET sluice.transaction_mode before the first write of a transaction.")
                : TableWrite.Start(plan, context);
        }

        if (plan.ReturnsRows && !plan.Under(context.Settings).ReturnsOnlyGiven)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"RETURNING of other columns of CDF table \"{plan.Table.Name}\" than those that the statement gives is not supported inside a transaction block",
                hint: "CDF makes values such as the id only at COMMIT. Name the columns that you need, SET sluice.transaction_mode = immediate, or turn autocommit on.");
        }

        var buffer = Block.BufferIn(User.Writes.Spill);
        buffer.MaxSize = state.TransactionMaxBytes ?? User.Writes.Spill.Capacity;
        return new BufferedWrite(plan, context, buffer);
    }

    /// <summary>Begins work of Sluice's own, which a CancelRequest then ends instead of the engine's.</summary>
    /// <param name="state">Has the time limit.</param>
    /// <param name="outlivesClient">It does not end when the client goes.</param>
    public OwnWork BeginOwnWork(EngineState state, bool outlivesClient = false)
    {
        var closed = outlivesClient ? CancellationToken.None : Client.Closed;
        var work = new OwnWork(state.StatementTimeout, ended => ImmutableInterlocked.Update(ref _ownWork, works => works.Remove(ended)), closed, ShuttingDown);
        ImmutableInterlocked.Update(ref _ownWork, works => works.Add(work));
        return work;
    }

    /// <summary>Sluice is about to work, and the engine not to be idle meanwhile.</summary>
    public ValueTask StopIdleTimeoutsAsync(EngineState state) => state.HasIdleTimeout ? Engine.StopIdleTimeoutsAsync() : ValueTask.CompletedTask;

    /// <summary>Answers a CancelRequest: ends Sluice's own work if there is any, else the engine's.</summary>
    public async ValueTask CancelAsync(CancellationToken cancellationToken)
    {
        var works = _ownWork;
        if (works.IsEmpty)
        {
            await Engine.CancelAsync(cancellationToken);
            return;
        }

        foreach (var work in works)
        {
            try
            {
                await work.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The work has ended in this very moment; PostgreSQL, too, lets a late request go by.
            }
        }
    }
}
