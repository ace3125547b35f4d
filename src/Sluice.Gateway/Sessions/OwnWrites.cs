using System.Buffers;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Runs the statements that are Sluice's own. Neighbouring executions of INSERTs into the same columns of one table are one write to CDF, and
/// none of them is answered before its rows are stored (design.md, section 4, "Batching").
/// </summary>
internal sealed class OwnWrites(SessionCore core, CopyIn copyIn) : IDisposable
{
    /// <summary>A pipeline without end is answered in stretches, so that neither the client nor memory waits for its Sync (rules.md P1).</summary>
    private const int MaxHeldReplies = 65_536;

    private readonly ArrayBufferWriter<byte> _scratch = new();
    private OpenInsert? _open;

    /// <summary>Replies to the client that keep their order behind the open write.</summary>
    public ReplyQueue Replies { get; } = new(core.Client.Output);

    /// <summary>A write waits for more executions, or for its end.</summary>
    public bool IsOpen => _open is not null;

    /// <summary>Executes a statement: adds its rows to the open write if they belong together.</summary>
    public async ValueTask ExecuteAsync(OwnStatement statement, OwnPortal? portal)
    {
        if (statement is OwnCopy copy)
        {
            await CloseAsync();
            var state = await core.StateOfAsync(copy.Relation);
            core.CheckMayWrite(copy.Command, state);
            await copyIn.RunAsync(copy, state);
            return;
        }

        var insert = (OwnInsert)statement;
        if (_open is not null && !_open.Takes(insert))
        {
            await CloseAsync();
        }

        if (_open is null)
        {
            var state = await core.StateOfAsync(insert.Relation);
            core.CheckMayWrite(insert.Command, state);
            _open = new OpenInsert(core, insert.Plan, state);
            Replies.IsHolding = true;
        }

        await _open.AddAsync(insert, portal, _scratch);
        Replies.Inserted(insert.RowCount);
        if (Replies.Count >= MaxHeldReplies)
        {
            await CloseAsync();
        }
    }

    /// <summary>Ends the open write, if there is one: waits until its rows are stored, and answers its executions.</summary>
    /// <exception cref="PgException">Not all rows are stored; none of the executions is answered.</exception>
    public async ValueTask CloseAsync()
    {
        if (_open is null)
        {
            return;
        }

        var open = _open;
        var result = await open.CompleteAsync();
        _open = null;
        foreach (var notice in result.Notices)
        {
            core.Client.Output.NoticeResponse(notice);
        }

        Replies.Release();
        open.Dispose();
    }

    /// <summary>The session ends: an open write that nobody will hear of is given up.</summary>
    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
    }

    /// <summary>
    /// Gives up the open write after a failure, its own or of what came after it. Nothing more is sent to CDF; what is in flight is waited for.
    /// </summary>
    /// <returns>The error with what has been stored all the same.</returns>
    public async ValueTask<PgError> AbandonAsync(PgError error)
    {
        if (_open is null)
        {
            return error;
        }

        var open = _open;
        _open = null;
        error = await open.FailAsync(error);
        Replies.Release(statements: 0);
        open.Dispose();
        return error;
    }
}
