using System.Buffers;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>Executions of INSERT that are one write, because nothing came between them.</summary>
internal sealed class OpenInsert(SessionCore core, WritePlan plan, EngineState state) : IDisposable
{
    private readonly RunningWrite _write = new(core, plan, state);
    private long _rows;

    /// <summary>Whether an execution of <paramref name="other"/> belongs to this write.</summary>
    public bool Takes(OwnInsert other) =>
        ReferenceEquals(other.Plan, plan) || (other.Plan.Table == plan.Table && other.Plan.Columns.SequenceEqual(plan.Columns));

    /// <summary>Adds the rows of one execution.</summary>
    /// <exception cref="PgException">A value does not fit, or the write has failed.</exception>
    public ValueTask AddAsync(OwnInsert insert, OwnPortal? portal, ArrayBufferWriter<byte> scratch)
    {
        insert.AppendRows(_write.Batch, portal, _rows + 1, scratch);
        _rows += insert.RowCount;
        return _write.SendIfFullAsync();
    }

    /// <summary>Waits until all rows are stored.</summary>
    public ValueTask<WriteResult> CompleteAsync() => _write.CompleteAsync();

    /// <summary>Gives the write up; the error tells what is stored all the same.</summary>
    public ValueTask<PgError> FailAsync(PgError error) => _write.FailAsync(new PgException(error));

    public void Dispose() => _write.Dispose();
}
