using System.Buffers;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>One execution of a statement whose rows PostgreSQL computes: they are written to CDF as they come.</summary>
internal sealed class SinkRun(SessionCore core, OwnSink sink)
{
    private const string Name = "_sluice_sink";

    private readonly HashSet<UInt128> _seen = [];
    private readonly ArrayBufferWriter<byte> _key = new();
    private long _rows;
    private int _parsed;

    /// <summary>Runs the statement to its end.</summary>
    /// <exception cref="PgException">The engine's error, or the write's.</exception>
    public async ValueTask<(WriteResult Result, ExecutionResult Answer)> RunAsync(EngineState state, OwnPortal? portal)
    {
        await using var keySets = await SinkKeySets.FindAsync(core, sink, portal);
        using var write = new RunningWrite(core, sink.Plan, state);
        write.BeginExecution(1);
        try
        {
            await ReadAsync(write, portal);
            await keySets.EndAsync();
            var result = await write.CompleteAsync();
            var rows = _rows - result.NotApplied.Count + result.MoreRows.Sum(more => more.Rows);
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

    private async ValueTask ReadAsync(RunningWrite write, OwnPortal? portal)
    {
        await core.Reads.BeginAsync();
        var output = core.Engine.Output;
        EngineRows.Close(output, Name, 'S');
        WriteSetting(output, core.SinkKey);
        EngineRows.Parse(output, Name, sink.Rewrite.Text.Span, sink.DeclaredTypes);
        WriteBind(output, portal);
        EngineRows.Execute(output, Name);
        EngineRows.Close(output, Name, 'P');
        EngineRows.Close(output, Name, 'S');
        WriteSetting(output, string.Empty);
        PgException? failure = null;

        // What ends the statement ends the engine's part of it, too.
        await using var stopping = write.Stopped.UnsafeRegister(static state => _ = ((EngineLink)state!).CancelAsync(CancellationToken.None), core.Engine);
        try
        {
            await core.Engine.AskAsync(replies: 6 + (2 * SettingReplies), async (type, body) =>
            {
                if (type == BackendMessage.ParseComplete)
                {
                    _parsed++;
                }
                else if (type == BackendMessage.DataRow && _parsed == SinkIsParsed && failure is null)
                {
                    try
                    {
                        await TakeAsync(write, body);
                    }
                    catch (PgException e)
                    {
                        // The engine's other rows have to be read before anything else can be said to it.
                        failure = e;
                    }
                }
            });
        }
        catch (PgException e)
        {
            throw failure ?? OwnSink.Translate(e, sink.Rewrite);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private async ValueTask TakeAsync(RunningWrite write, ReadOnlyMemory<byte> body)
    {
        Append(write.Batch, body.Span);
        await write.SendIfFullAsync();
    }

    private void Append(RowBatch batch, ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var count = reader.Count();
        var columns = sink.Plan.Columns;
        try
        {
            _key.ResetWrittenCount();
            for (var i = 0; i < count; i++)
            {
                var length = reader.Int32();
                if (length < 0)
                {
                    batch.Columns[i].AppendNull();
                    continue;
                }

                var value = reader.Bytes(length);
                batch.Columns[i].AppendBinary(value, columns[i].Type.Type);
                if (i >= sink.Plan.SetColumns)
                {
                    _key.Write(value);
                }
            }
        }
        catch (PgException)
        {
            batch.RollbackRow();
            throw;
        }

        // A join may match a row more than once; PostgreSQL, too, changes it once.
        var isKeyed = sink.Plan.Verb is WriteVerb.Update or WriteVerb.Delete;
        if (isKeyed && !_seen.Add(KeyHash.Long(_key.WrittenSpan)))
        {
            batch.RollbackRow();
            return;
        }

        batch.EndRow(++_rows);
    }

    private static void WriteBind(MessageWriter output, OwnPortal? portal) => EngineRows.Bind(output, Name, portal, resultFormat: 1);

    private const int SettingReplies = 5;

    /// <summary>The second statement after the one that opens the sink; a third closes it.</summary>
    private const int SinkIsParsed = 2;

    /// <summary>Opens the sink, or closes it, for the transaction.</summary>
    private static void WriteSetting(MessageWriter output, string key)
    {
        const string name = "_sluice_key";
        EngineRows.Parse(output, name, System.Text.Encoding.UTF8.GetBytes($"SELECT pg_catalog.set_config('{SinkView.Setting}', $1, true)"), [PgWire.Types.PgType.Text.Oid]);
        output.BeginMessage(FrontendMessage.Bind);
        output.CString(name);
        output.CString(name);
        output.Int16(0);
        output.Int16(1);
        output.BeginValue();
        output.Text(key);
        output.EndValue();
        output.Int16(0);
        output.EndMessage();
        EngineRows.Execute(output, name);
        EngineRows.Close(output, name, 'P');
        EngineRows.Close(output, name, 'S');
    }
}
