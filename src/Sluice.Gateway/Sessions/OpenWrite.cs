using System.Buffers;
using System.Diagnostics;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>Executions of statements that are one write, because nothing came between them and they do the same with the same columns.</summary>
internal sealed class OpenWrite(SessionCore core, WritePlan plan, EngineState state) : IDisposable
{
    private readonly RunningWrite _write = new(core, plan, state);
    private readonly List<Execution> _executions = [];
    private readonly bool _skips = state.SkipsErrors;
    private long _rows;

    /// <summary>Whether an execution of <paramref name="other"/> belongs to this write.</summary>
    public bool Takes(OwnRowWrite other) => plan.IsSameAs(other.Plan);

    /// <summary>Adds the rows of one execution.</summary>
    /// <exception cref="PgException">A value does not fit, or the write has failed.</exception>
    public async ValueTask<Execution> AddAsync(OwnRowWrite statement, OwnPortal? portal, int maxRows, ArrayBufferWriter<byte> scratch)
    {
        _write.BeginExecution(_rows + 1);
        var start = Stopwatch.GetTimestamp();
        var count = statement.AppendRows(_write.Batch, portal, _rows + 1, scratch, _skips ? row => _write.Reject(row) : null);
        _write.Tally.Decoded(start);
        var execution = new Execution(statement, portal, _rows + 1, count, maxRows);
        _executions.Add(execution);
        _rows += count;
        await _write.SendIfFullAsync();
        return execution;
    }

    /// <summary>Hands over its row, if it has one only that may share a request with others; <see cref="CompleteAsync"/> tells what has become of it.</summary>
    public async ValueTask<bool> TrySubmitAsync() => _rows == 1 && _executions.Count == 1 && await _write.TrySubmitAsync();

    /// <summary>Waits until all rows are stored.</summary>
    /// <returns>The outcome, and the answer of each execution.</returns>
    public async ValueTask<(WriteResult Result, List<ExecutionResult> Answers)> CompleteAsync()
    {
        var result = await _write.CompleteAsync();
        var returned = plan.ReturnsRows ? new ReturnedRows(plan.Table, result) : null;
        var answers = new List<ExecutionResult>(_executions.Count);
        foreach (var execution in _executions)
        {
            var rows = execution.RowCount - execution.CountIn(result.NotApplied) + execution.MoreIn(result.MoreRows);
            answers.Add(new ExecutionResult(rows, returned is null ? null : await returned.OfAsync(core.Engine, execution)));
        }

        return (result, answers);
    }

    /// <summary>Gives the write up; the error tells what is stored all the same.</summary>
    public ValueTask<PgError> FailAsync(PgError error) => _write.FailAsync(new PgException(error));

    public void Dispose() => _write.Dispose();
}
