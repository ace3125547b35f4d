using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>One execution of a statement whose rows PostgreSQL computes: they are written to CDF as they come.</summary>
internal sealed class SinkRun(SessionCore core, OwnSink sink)
{
    /// <summary>Runs the statement to its end.</summary>
    /// <exception cref="PgException">The engine's error, or the write's.</exception>
    public async ValueTask<(WriteResult Result, ExecutionResult Answer)> RunAsync(EngineState state, OwnPortal? portal)
    {
        await using var keySets = await SinkKeySets.FindAsync(core, sink, portal);
        using var write = new RunningWrite(core, sink.Plan, state);
        write.BeginExecution(1);
        try
        {
            var computed = await ReadAsync(write, portal);
            await keySets.EndAsync();
            var result = await write.CompleteAsync();
            var rows = computed - result.NotApplied.Count + result.MoreRows.Sum(more => more.Rows);
            var returned = sink.Returning is null
                ? null
                : await new ReturnedRows(sink.Plan.Table, result).AllAsync(core.Engine, sink.Returning, portal);
            return (result, new ExecutionResult(rows, returned));
        }
        catch (PgException e)
        {
            throw new PgException(await write.FailAsync(e), e);
        }
    }

    private async ValueTask<long> ReadAsync(RunningWrite write, OwnPortal? portal)
    {
        var run = sink.Query ?? sink.Rewrite;
        var rows = new ComputedRows(core, sink.Plan) { UsesSink = sink.Query is null };
        try
        {
            await rows.ReadAsync(write, run.Text, sink.Query is null ? sink.DeclaredTypes : sink.ParameterTypes, portal);
            return rows.Count;
        }
        catch (PgException e)
        {
            throw OwnSink.Translate(e, run);
        }
    }
}
