using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// BEGIN, COMMIT, SAVEPOINT and their like, which go to both sides: the engine runs them, and what it has done is done to the rows that wait
/// (design.md, section 4). Only COMMIT with rows that wait is Sluice's to lead.
/// </summary>
internal sealed class TransactionStatements(SessionCore core)
{
    /// <summary>What a transaction statement does; the default for any other.</summary>
    public static EngineEffect EffectOf(SqlStatement statement) => statement is TransactionStatement transaction
        ? new EngineEffect(
            transaction.Kind switch
            {
                SqlStatementKind.Begin => EngineEffectKind.Begins,
                SqlStatementKind.Commit => EngineEffectKind.Commits,
                SqlStatementKind.Rollback => EngineEffectKind.RollsBack,
                SqlStatementKind.PrepareTransaction => EngineEffectKind.PreparesTransaction,
                SqlStatementKind.Savepoint => EngineEffectKind.SetsSavepoint,
                SqlStatementKind.Release => EngineEffectKind.ReleasesSavepoint,
                SqlStatementKind.RollbackTo => EngineEffectKind.RollsBackTo,
                _ => EngineEffectKind.None,
            },
            transaction.Name,
            transaction.Chain)
        : EngineEffect.None;

    /// <summary>It ends the transaction in a way that rows that wait must not be left behind.</summary>
    public bool IsLedHere(EngineEffect effect) => core.Block.HasPendingRows
        && core.Engine.Status != TransactionStatus.Failed
        && effect.Kind is EngineEffectKind.Commits or EngineEffectKind.PreparesTransaction;

    /// <summary>The engine is about to run the statement: what the client has to be told first.</summary>
    public void Warn(EngineEffect effect)
    {
        var stored = effect switch
        {
            { Kind: EngineEffectKind.RollsBack } => core.Block.StoredRows,
            { Kind: EngineEffectKind.RollsBackTo, Savepoint: { } name } => core.Block.StoredRowsSince(name),
            _ => 0,
        };
        if (stored > 0)
        {
            core.Client.Output.NoticeResponse(new PgError
            {
                Severity = PgSeverity.Warning,
                SqlState = SqlState.Warning,
                Message = stored == 1
                    ? "1 row that CDF has stored in this transaction is not rolled back"
                    : $"{stored} rows that CDF has stored in this transaction are not rolled back",
                Hint = "With sluice.transaction_mode = immediate each statement stores its rows when it ends. SET it to deferred to store them at COMMIT.",
            });
        }
    }

    /// <summary>The engine has run the statement with success.</summary>
    public void HasRun(EngineEffect effect)
    {
        switch (effect.Kind)
        {
            case EngineEffectKind.Begins:
                // BEGIN inside a block is but a warning.
                if (!core.InBlock)
                {
                    core.Block.End();
                }

                Continue(inBlock: true);
                break;
            case EngineEffectKind.Commits or EngineEffectKind.RollsBack or EngineEffectKind.PreparesTransaction:
                core.Block.End();
                core.Engine.Earlier.BlockEnded();
                Continue(inBlock: effect.Chain);
                break;
            case EngineEffectKind.SetsSavepoint:
                core.Block.SavepointSet(effect.Savepoint!);
                break;
            case EngineEffectKind.ReleasesSavepoint:
                core.Block.Released(effect.Savepoint!);
                break;
            case EngineEffectKind.RollsBackTo:
                core.Block.RolledBackTo(effect.Savepoint!);
                Continue(inBlock: true);
                break;
        }
    }

    private void Continue(bool inBlock)
    {
        core.InBlock = inBlock;
        core.Engine.Assume(inBlock ? TransactionStatus.InTransaction : TransactionStatus.Idle);
    }
}
