using System.Globalization;
using Sluice.Gateway.Writes;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// COMMIT of a transaction with rows for CDF (rules.md X8): what the engine still has against the transaction comes first, while nothing is stored;
/// then the rows are stored; then the engine commits. A failure ends the transaction, and the client gets an error in the place of COMMIT.
/// </summary>
internal sealed class CommitRun(SessionCore core)
{
    /// <summary>With less than so long to go until the credentials end, nothing is sent of which a part may be refused.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    // Any relation will do: it is asked for the settings.
    private static readonly QualifiedName Relation = new("pg_catalog", "pg_class");

    private EngineLink Engine => core.Engine;

    /// <summary>Commits both sides and answers with CommandComplete.</summary>
    /// <param name="effect">COMMIT, perhaps AND CHAIN; or PREPARE TRANSACTION, which is refused.</param>
    /// <param name="writeCommit">Puts the engine's COMMIT into its output.</param>
    /// <param name="replies">The replies that it will have.</param>
    /// <exception cref="PgException">Nothing is open any more; the error says what is stored.</exception>
    public async ValueTask RunAsync(EngineEffect effect, Action<MessageWriter> writeCommit, int replies)
    {
        if (effect.Kind == EngineEffectKind.PreparesTransaction)
        {
            await EndAsync();
            throw new PgException(
                SqlState.FeatureNotSupported,
                "PREPARE TRANSACTION is not supported for a transaction that writes to CDF tables",
                hint: "CDF has no two-phase commit. Use COMMIT.");
        }

        if (core.User.CredentialsExpire - core.User.Writes.Time.GetUtcNow() is { } left && left < Margin)
        {
            await EndAsync();
            throw ExpiresTooSoon(left);
        }

        WriteResult result;
        try
        {
            var state = await core.StateOfAsync(Relation);
            await EngineRows.RunAsync(Engine, "SET CONSTRAINTS ALL IMMEDIATE", "SET LOCAL idle_in_transaction_session_timeout = 0");
            result = await StoreAsync(state);
        }
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            await EndAsync();
            throw;
        }

        try
        {
            writeCommit(Engine.Output);
            await Engine.AskAsync(replies, static (_, _) => ValueTask.CompletedTask);
        }
        catch (PgException e)
        {
            if (e.Error.Severity == PgSeverity.Error)
            {
                await EndAsync();
            }

            throw StoredButNotCommitted(e, result.Rows);
        }

        core.Block.End();
        Engine.Earlier.BlockEnded();
        Engine.Earlier.Stored(result.Rows);
        core.EngineHasRun();
        core.InBlock = effect.Chain;
        Engine.Assume(effect.Chain ? TransactionStatus.InTransaction : TransactionStatus.Idle);
        foreach (var notice in result.Notices.Concat(SetAside.Notices(result)))
        {
            core.Client.Output.NoticeResponse(notice);
        }

        core.Client.Output.CommandComplete("COMMIT");
    }

    private async Task<WriteResult> StoreAsync(EngineState state)
    {
        var record = new StatementRecord(core, "COMMIT");
        var context = record.Watch(core.WriteContext(state));
        using var commit = new TransactionCommit(core.Block.Buffer, context);
        try
        {
            var result = await StoreAsync(commit, state);
            record.End(result.Rows);
            return result;
        }
        catch (PgException e)
        {
            record.End(commit.StoredRows, e.Error);
            throw;
        }
    }

    private async Task<WriteResult> StoreAsync(TransactionCommit commit, EngineState state)
    {
        var keepalive = state.Keepalive;
        using var work = core.BeginOwnWork(state, outlivesClient: true);
        var storing = Task.Run(() => commit.RunAsync(work.Token));
        try
        {
            await core.Client.WaitAsync(storing, keepalive, Engine.Settings);
        }
        catch (SessionEndedException)
        {
            // As in PostgreSQL, a COMMIT that has begun goes on without its client: half of it would be worse than all.
        }
        catch (OperationCanceledException) when (work.Token.IsCancellationRequested)
        {
            throw await commit.CancelAsync(work.Reason);
        }

        try
        {
            return await storing;
        }
        catch (OperationCanceledException) when (work.Token.IsCancellationRequested)
        {
            throw await commit.CancelAsync(work.Reason);
        }
    }

    /// <summary>Rolls the engine's transaction back, whatever state its conversation is in.</summary>
    private async ValueTask EndAsync()
    {
        if (Engine.InSegment)
        {
            await Engine.SyncAsync(EngineReplies.AsynchronousOnly);
        }

        if (Engine.Status != TransactionStatus.Idle)
        {
            await EngineRows.RunAsync(Engine, "ROLLBACK");
        }

        core.Block.End();
        core.EngineHasRun();
        core.InBlock = false;
    }

    private static PgException ExpiresTooSoon(TimeSpan left) => new(
        SqlState.InvalidAuthorizationSpecification,
        string.Create(
            CultureInfo.InvariantCulture,
            $"the access token of this session expires in {Math.Max(0, left.TotalSeconds):0} s, and a COMMIT of rows begins {Margin.TotalSeconds:0} s before at the latest"),
        "No row of the transaction is stored.",
        "Connect again with a new token, and repeat the transaction.");

    private static PgException StoredButNotCommitted(PgException cause, long rows) => new(
        cause.Error with
        {
            SqlState = SqlState.StatementCompletionUnknown,
            Detail = string.Create(
                CultureInfo.InvariantCulture,
                $"CDF has stored all {rows} rows of the transaction, but what it did in the gateway's own database could not be committed (SQLSTATE {cause.Error.SqlState})."),
            Hint = "Do not repeat the transaction blindly: its CDF rows are stored.",
        },
        cause);
}
