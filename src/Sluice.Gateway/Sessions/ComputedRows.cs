using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>Runs a query, or a write to a sink, in the engine, and adds its rows to a write to CDF as they come.</summary>
internal sealed class ComputedRows(SessionCore core, WritePlan plan)
{
    private const string Name = "_sluice_sink";

    private const int SettingReplies = 5;

    private readonly HashSet<UInt128> _seen = [];
    private readonly ArrayBufferWriter<byte> _key = new();
    private int _parsed;

    /// <summary>The statement writes to a sink, which is open only while it runs.</summary>
    public bool UsesSink { get; init; }

    /// <summary>Behind the plan's columns comes one more, an int8, which says where the row came from.</summary>
    public bool HasOrigins { get; init; }

    /// <summary>What is added to those: the lines before the first.</summary>
    public long OriginOffset { get; init; }

    /// <summary>How many rows there were.</summary>
    public long Count { get; private set; }

    /// <summary>Runs the statement, and returns when the engine has said its last word of it.</summary>
    /// <exception cref="PgException">The engine's error, or the write's.</exception>
    public async ValueTask ReadAsync(RunningWrite write, ReadOnlyMemory<byte> sql, uint[] types, OwnPortal? portal)
    {
        await core.Reads.BeginAsync();
        WriteStatement(core.Engine.Output, sql, types, portal);
        PgException? failure = null;

        // What ends the statement ends the engine's part of it, too.
        var cancelling = Task.CompletedTask;
        var stopping = write.Stopped.UnsafeRegister(_ => cancelling = core.Engine.CancelAsync(CancellationToken.None), state: null);
        try
        {
            // The second statement after the one that opens the sink; a third closes it.
            var statement = UsesSink ? 2 : 1;
            await core.Engine.AskAsync(replies: 6 + (UsesSink ? 2 * SettingReplies : 0), async (type, body) =>
            {
                if (type == BackendMessage.ParseComplete)
                {
                    _parsed++;
                }
                else if (type == BackendMessage.DataRow && _parsed == statement && failure is null)
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
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            failure ??= e;
        }
        finally
        {
            // A request that is late shall not hit the next statement.
            await stopping.DisposeAsync();
            await cancelling;
        }

        if (write.Stopped.IsCancellationRequested)
        {
            // The engine only knows that it was cancelled.
            await write.ThrowCancelledAsync();
        }

        if (failure is { Error.SqlState: SqlState.QueryCanceled })
        {
            // Its own clock may be the faster one.
            await write.ThrowCancelledAsync(failure.Error);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private void WriteStatement(MessageWriter output, ReadOnlyMemory<byte> sql, uint[] types, OwnPortal? portal)
    {
        EngineRows.Close(output, Name, 'S');
        if (UsesSink)
        {
            WriteSetting(output, core.SinkKey);
        }

        EngineRows.Parse(output, Name, sql.Span, types);
        EngineRows.Bind(output, Name, portal, resultFormat: 1);
        EngineRows.Execute(output, Name);
        EngineRows.Close(output, Name, 'P');
        EngineRows.Close(output, Name, 'S');
        if (UsesSink)
        {
            WriteSetting(output, string.Empty);
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
        reader.Count();
        var columns = plan.Columns;
        var isKeyed = plan.Verb is WriteVerb.Update or WriteVerb.Delete;
        try
        {
            _key.ResetWrittenCount();
            for (var i = 0; i < columns.Length; i++)
            {
                var length = reader.Int32();
                if (isKeyed && i >= plan.SetColumns)
                {
                    // Two keys that read alike when joined are two.
                    BinaryPrimitives.WriteInt32LittleEndian(_key.GetSpan(sizeof(int)), length);
                    _key.Advance(sizeof(int));
                }

                if (length < 0)
                {
                    batch.Columns[i].AppendNull();
                    continue;
                }

                var value = reader.Bytes(length);
                batch.Columns[i].AppendBinary(value, columns[i].Type.Type);
                if (isKeyed && i >= plan.SetColumns)
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
        if (isKeyed && !_seen.Add(KeyHash.Long(_key.WrittenSpan)))
        {
            batch.RollbackRow();
            return;
        }

        Count++;
        batch.EndRow(HasOrigins ? ReadOrigin(ref reader) + OriginOffset : Count);
    }

    private static long ReadOrigin(ref PayloadReader reader) => BinaryPrimitives.ReadInt64BigEndian(reader.Bytes(reader.Int32()));

    /// <summary>Opens the sink, or closes it, for the transaction.</summary>
    private static void WriteSetting(MessageWriter output, string key)
    {
        const string name = "_sluice_key";
        EngineRows.Parse(output, name, Encoding.UTF8.GetBytes($"SELECT pg_catalog.set_config('{SinkView.Setting}', $1, true)"), [PgType.Text.Oid]);
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
