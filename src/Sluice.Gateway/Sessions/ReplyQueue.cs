using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Replies of Sluice's own in the order of the client's messages. While a write is open its CommandComplete is held, and with it everything that
/// comes after, so that no reply overtakes the truth (design.md, section 2; rules.md P2).
/// </summary>
internal sealed class ReplyQueue(MessageWriter output)
{
    private readonly Queue<Reply> _held = new();

    private enum ReplyKind
    {
        ParseComplete,
        BindComplete,
        CloseComplete,
        ParameterDescription,
        NoData,
        RowDescription,
        Execution,
        Ready,
    }

    /// <summary>How many replies are being held.</summary>
    public int Count => _held.Count;

    /// <summary>Whether replies are being held.</summary>
    public bool IsHolding { get; set; }

    public void ParseComplete() => Add(new Reply(ReplyKind.ParseComplete));

    public void BindComplete() => Add(new Reply(ReplyKind.BindComplete));

    public void CloseComplete() => Add(new Reply(ReplyKind.CloseComplete));

    public void NoData() => Add(new Reply(ReplyKind.NoData));

    public void ParameterDescription(uint[] types) => Add(new Reply(ReplyKind.ParameterDescription, types));

    /// <summary>A RowDescription, its body complete.</summary>
    public void RowDescription(byte[] body) => Add(new Reply(ReplyKind.RowDescription, body));

    /// <summary>Holds the answer of an execution until it is known.</summary>
    public void Executed(in Execution execution) => Add(new Reply(ReplyKind.Execution, execution));

    /// <summary>Holds the ReadyForQuery of a segment, outside a transaction block, that is to be answered when its row is stored.</summary>
    public void SegmentEnds() => Add(new Reply(ReplyKind.Ready));

    /// <summary>Writes what is held of the first segment.</summary>
    /// <param name="results">Those of its executions, in their order.</param>
    public void ReleaseSegment(IReadOnlyList<ExecutionResult> results)
    {
        var next = 0;
        for (var reply = _held.Dequeue(); reply.Kind != ReplyKind.Ready; reply = _held.Dequeue())
        {
            Write(reply, results, ref next);
        }

        output.ReadyForQuery(TransactionStatus.Idle);
    }

    /// <summary>Writes what is held of the first segment up to its execution, which has failed, and skips to the segment's end.</summary>
    public void FailSegment(PgError error)
    {
        var hasFailed = false;
        for (var reply = _held.Dequeue(); reply.Kind != ReplyKind.Ready; reply = _held.Dequeue())
        {
            if (reply.Kind == ReplyKind.Execution && !hasFailed)
            {
                hasFailed = true;
                output.ErrorResponse(error);
            }
            else if (!hasFailed)
            {
                Write(reply);
            }
        }

        output.ReadyForQuery(TransactionStatus.Idle);
    }

    /// <summary>Writes what is held.</summary>
    /// <param name="results">Those of the executions, in their order.</param>
    public void Release(IReadOnlyList<ExecutionResult> results)
    {
        IsHolding = false;
        var next = 0;
        foreach (var reply in _held)
        {
            Write(reply, results, ref next);
        }

        _held.Clear();
    }

    /// <summary>Writes what is held before the first execution; the rest is dropped, since the executions have failed.</summary>
    public void Abandon()
    {
        IsHolding = false;
        foreach (var reply in _held.TakeWhile(reply => reply.Kind != ReplyKind.Execution))
        {
            Write(reply);
        }

        _held.Clear();
    }

    private void Write(in Reply reply, IReadOnlyList<ExecutionResult> results, ref int next)
    {
        if (reply.Kind == ReplyKind.Execution)
        {
            WriteResult((Execution)reply.Content!, results[next++]);
        }
        else
        {
            Write(reply);
        }
    }

    private void WriteResult(in Execution execution, ExecutionResult result)
    {
        if (result.Returned is null)
        {
            output.CommandComplete(execution.Statement.Tag(result.Rows));
            return;
        }

        var rest = new SuspendedRows(result.Returned, execution.Statement.Tag(result.Rows));
        if (!rest.Write(output, execution.MaxRows))
        {
            execution.Portal!.Suspended = rest;
        }
    }

    private void Add(Reply reply)
    {
        if (IsHolding)
        {
            _held.Enqueue(reply);
        }
        else
        {
            Write(reply);
        }
    }

    private void Write(in Reply reply)
    {
        switch (reply.Kind)
        {
            case ReplyKind.ParseComplete:
                output.ParseComplete();
                break;
            case ReplyKind.BindComplete:
                output.BindComplete();
                break;
            case ReplyKind.CloseComplete:
                output.CloseComplete();
                break;
            case ReplyKind.NoData:
                output.NoData();
                break;
            case ReplyKind.ParameterDescription:
                output.ParameterDescription((uint[])reply.Content!);
                break;
            case ReplyKind.RowDescription:
                output.BeginMessage(BackendMessage.RowDescription);
                output.Bytes((byte[])reply.Content!);
                output.EndMessage();
                break;
            default:
                throw new InvalidOperationException("An execution is answered when its write has ended.");
        }
    }

    private readonly record struct Reply(ReplyKind Kind, object? Content = null);
}
