using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>What the parts of a session share: both its sides, who the user is, and what is known of the transaction.</summary>
internal sealed class SessionCore(ClientLink client, EngineLink engine, SessionUser user, CancellationToken shuttingDown)
{
    private readonly Dictionary<QualifiedName, EngineState> _states = [];
    private OwnWork? _ownWork;

    public ClientLink Client { get; } = client;

    public EngineLink Engine { get; } = engine;

    public SessionUser User { get; } = user;

    /// <summary>What opens the sinks of this session; the engine was started with it.</summary>
    public required string SinkKey { get; init; }

    /// <summary>Fires when the server stops.</summary>
    public CancellationToken ShuttingDown { get; } = shuttingDown;

    /// <summary>A transaction block is open, as far as the statements that have been sent to the engine tell.</summary>
    public bool InBlock { get; set; }

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

        if (InBlock)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"{command} into a CDF table is not supported inside a transaction block",
                hint: "Turn autocommit on: CDF stores the rows when the statement ends, so there would be nothing to roll back.");
        }

        if (Engine.Settings.ClientEncoding is not ("UTF8" or "SQL_ASCII"))
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"{command} into a CDF table is not supported with client_encoding {Engine.Settings.ClientEncoding}",
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
    };

    /// <summary>Begins work of Sluice's own, which a CancelRequest then ends instead of the engine's.</summary>
    public OwnWork BeginOwnWork(EngineState state)
    {
        var work = new OwnWork(state.StatementTimeout, ended => Interlocked.CompareExchange(ref _ownWork, null, ended), Client.Closed, ShuttingDown);
        _ownWork = work;
        return work;
    }

    /// <summary>Answers a CancelRequest: ends Sluice's own work if there is any, else the engine's.</summary>
    public async ValueTask CancelAsync(CancellationToken cancellationToken)
    {
        if (_ownWork is not { } work)
        {
            await Engine.CancelAsync(cancellationToken);
            return;
        }

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
