using System.Buffers;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Runs the statements that are Sluice's own. Neighbouring executions that do the same with the same columns of one table are one write to CDF, and
/// none of them is answered before its rows are stored (design.md, section 4, "Batching").
/// </summary>
internal sealed class OwnWrites(SessionCore core, CopyIn copyIn) : IDisposable
{
    /// <summary>A pipeline without end is answered in stretches, so that neither the client nor memory waits for its Sync (rules.md P1).</summary>
    private const int MaxHeldReplies = 65_536;

    /// <summary>So many single rows are on their way before the first is answered.</summary>
    private const int MaxSubmitted = 1_000;

    private readonly ArrayBufferWriter<byte> _scratch = new();
    private readonly Queue<OpenWrite> _submitted = new();
    private OpenWrite? _open;

    /// <summary>Replies to the client that keep their order behind the open write.</summary>
    public ReplyQueue Replies { get; } = new(core.Client.Output);

    /// <summary>A write waits for more executions, or for its end.</summary>
    public bool IsOpen => _open is not null || _submitted.Count > 0;

    /// <summary>Executes a statement: adds its rows to the open write if they belong together.</summary>
    public async ValueTask ExecuteAsync(OwnStatement statement, OwnPortal? portal, int maxRows = 0)
    {
        if (portal is { HasRun: true })
        {
            await ContinueAsync(portal, maxRows);
            return;
        }

        if (portal is not null)
        {
            portal.HasRun = true;
        }

        if (!core.MayBeCdfTable(statement.Relation))
        {
            // It was there when the statement was parsed.
            throw new PgException(SqlState.UndefinedTable, $"relation \"{statement.Relation}\" does not exist");
        }

        if (statement is OwnCopy copy)
        {
            await CloseAsync();
            var state = await core.StateOfAsync(copy.Relation);
            core.CheckMayWrite(copy.Command, state);
            if (copy.NeedsEngine())
            {
                var copied = await new StagedCopy(core, copy).RunAsync(state);
                WriteNotices(copied);
                core.Client.Output.CommandComplete($"COPY {copied.Rows}");
                return;
            }

            await core.StopIdleTimeoutsAsync(state);
            await copyIn.RunAsync(copy, state);
            return;
        }

        if (statement is OwnFullDelete fullDelete)
        {
            await CloseAsync();
            var state = await core.StateOfAsync(fullDelete.Relation);
            core.CheckMayWrite(fullDelete.Command, state);
            fullDelete.Check(state);
            await core.StopIdleTimeoutsAsync(state);
            core.Client.Output.CommandComplete(fullDelete.Tag(await new FullDeleteRun(core).RunAsync(fullDelete, state)));
            return;
        }

        if (statement is OwnSink sink)
        {
            await CloseAsync();
            await RunSinkAsync(sink, portal, maxRows);
            return;
        }

        var write = (OwnRowWrite)statement;
        if (_open is not null && !_open.Takes(write))
        {
            await CloseAsync();
        }

        if (_open is null)
        {
            var state = await core.StateOfAsync(write.Relation);
            core.CheckMayWrite(write.Command, state);
            await core.StopIdleTimeoutsAsync(state);
            _open = new OpenWrite(core, write.Plan, state);
            Replies.IsHolding = true;
        }

        Replies.Executed(await _open.AddAsync(write, portal, maxRows, _scratch));
        if (Replies.Count >= MaxHeldReplies)
        {
            await CloseAsync();
        }
    }

    /// <summary>Executes a portal again: it goes on with the rows that are left.</summary>
    private async ValueTask ContinueAsync(OwnPortal portal, int maxRows)
    {
        await CloseAsync();
        if (portal.Suspended is not { } rows)
        {
            throw new PgException(SqlState.ObjectNotInPrerequisiteState, "portal cannot be run: it has been executed to its end");
        }

        if (rows.Write(core.Client.Output, maxRows))
        {
            portal.Suspended = null;
        }
    }

    /// <summary>In the simple protocol the description of RETURNING comes with its rows.</summary>
    public async ValueTask DescribeAsync(OwnStatement statement)
    {
        if (statement.Returning is { } returning)
        {
            // Of two statements in a string each has its description before its own rows.
            await CloseAsync();
            Replies.RowDescription(returning.Description(portal: null));
        }
    }

    private async ValueTask RunSinkAsync(OwnSink sink, OwnPortal? portal, int maxRows)
    {
        var state = await core.StateOfAsync(sink.Relation);
        core.CheckMayWrite(sink.Command, state);
        var (result, answer) = await new SinkRun(core, sink).RunAsync(state, portal);
        WriteNotices(result);
        var tag = OwnRowWrite.TagOf(sink.Plan.Verb, answer.Rows);
        if (answer.Returned is null)
        {
            core.Client.Output.CommandComplete(tag);
            return;
        }

        var rows = new SuspendedRows(answer.Returned, tag);
        if (!rows.Write(core.Client.Output, maxRows))
        {
            portal!.Suspended = rows;
        }
    }

    private void WriteNotices(Writes.WriteResult result)
    {
        foreach (var notice in result.Notices.Concat(Writes.SetAside.Notices(result)))
        {
            core.Client.Output.NoticeResponse(notice);
        }
    }

    /// <summary>
    /// Ends a segment outside of a transaction block whose successor has arrived already: if all it does is to write one row, that row goes together
    /// with those of the next segments, and each gets its replies when its own row is stored (rules.md P9).
    /// </summary>
    /// <returns><see langword="false"/> if the segment is one that has to be ended before the next.</returns>
    public async ValueTask<bool> TryEndSegmentAsync()
    {
        if (_open is null || _submitted.Count == MaxSubmitted || !await _open.TrySubmitAsync())
        {
            return false;
        }

        _submitted.Enqueue(_open);
        _open = null;
        Replies.SegmentEnds();
        return true;
    }

    /// <summary>Waits for the rows of segments that have ended, and answers these, each with its own outcome.</summary>
    public async ValueTask AnswerSegmentsAsync()
    {
        if (_submitted.Count == 0)
        {
            return;
        }

        while (_submitted.TryPeek(out var segment))
        {
            try
            {
                var (result, answers) = await segment.CompleteAsync();
                WriteNotices(result);
                Replies.ReleaseSegment(answers);
            }
            catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
            {
                Replies.FailSegment(core.Engine.Earlier.Tell(e.Error));
            }

            _submitted.Dequeue().Dispose();

            // Its client has been told of its rows, which are no earlier ones to the next segment.
            core.Engine.Earlier.Synced(inBlock: false);
        }

        if (_open is null)
        {
            Replies.Release([]);
        }
    }

    /// <summary>Ends the open write, if there is one: waits until its rows are stored, and answers its executions.</summary>
    /// <exception cref="PgException">Not all rows are stored; none of the executions is answered.</exception>
    public async ValueTask CloseAsync()
    {
        await AnswerSegmentsAsync();
        if (_open is null)
        {
            return;
        }

        var open = _open;
        var (result, answers) = await open.CompleteAsync();
        _open = null;
        WriteNotices(result);
        Replies.Release(answers);
        open.Dispose();
    }

    /// <summary>The session ends: an open write that nobody will hear of is given up.</summary>
    public void Dispose()
    {
        while (_submitted.TryDequeue(out var segment))
        {
            segment.Dispose();
        }

        _open?.Dispose();
        _open = null;
    }

    /// <summary>
    /// Gives up the open write after a failure, its own or of what came after it. Nothing more is sent to CDF; what is in flight is waited for.
    /// </summary>
    /// <returns>The error with what has been stored all the same.</returns>
    public async ValueTask<PgError> AbandonAsync(PgError error)
    {
        await AnswerSegmentsAsync();
        if (_open is { } open)
        {
            _open = null;
            error = await open.FailAsync(error);
            Replies.Abandon();
            open.Dispose();
        }

        return core.Engine.Earlier.Tell(error);
    }
}
