using Sluice.Gateway.Writes;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// COPY … FROM STDIN of a CDF table in a form that only PostgreSQL understands: it reads the data into a temporary table of the same name and columns,
/// whose rows are then written (rules.md W4). The name makes its errors right, and WHERE may qualify columns with it.
/// </summary>
internal sealed class StagedCopy(SessionCore core, OwnCopy copy)
{
    private const string Name = "_sluice_copy";
    private const string RowColumn = "_sluice_row";

    private readonly string _table = $"pg_temp.{SqlIdentifier.AlwaysQuote(copy.Plan.Table.Name)}";
    private readonly string _columns = string.Join(", ", copy.Plan.Columns.Select(column => SqlIdentifier.AlwaysQuote(column.Name)));

    private EngineLink Engine => core.Engine;

    /// <summary>Runs the COPY until all its rows are stored, or wait for COMMIT.</summary>
    /// <exception cref="PgException">The COPY has failed; what the client still sends of its data is to be ignored.</exception>
    public async ValueTask<WriteResult> RunAsync(EngineState state)
    {
        var options = CopyStatementOptions.Read(copy.Statement);
        if (options.OnError != CopyOnError.Stop)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                "COPY ON_ERROR ignore together with WHERE or ENCODING is not supported into a CDF table",
                hint: "Leave one of the options out.");
        }

        // The table is gone at the end of the transaction, whoever's it is.
        var isAlone = !core.InBlock && !Engine.InSegment;
        if (isAlone)
        {
            await EngineRows.RunAsync(Engine, "BEGIN");
        }

        try
        {
            await MakeTableAsync();
            await ReceiveAsync(options);
            if (isAlone)
            {
                await Engine.SyncAsync(EngineReplies.AsynchronousOnly);
            }

            var result = await WriteAsync(state, options);
            await EngineRows.RunAsync(Engine, isAlone ? "COMMIT" : $"DROP TABLE {_table}");
            return result;
        }
        catch (PgException e) when (isAlone && e.Error.Severity == PgSeverity.Error)
        {
            if (Engine.InSegment)
            {
                await Engine.SyncAsync(EngineReplies.AsynchronousOnly);
            }

            if (Engine.Status != TransactionStatus.Idle)
            {
                await EngineRows.RunAsync(Engine, "ROLLBACK");
            }

            throw;
        }
    }

    private async ValueTask MakeTableAsync()
    {
        var name = copy.Plan.Table.Name;
        try
        {
            // LIKE would make columns NOT NULL that CDF fills.
            await EngineRows.RunAsync(
                Engine,
                $"CREATE TEMP TABLE {_table} ON COMMIT DROP AS SELECT * FROM public.{SqlIdentifier.AlwaysQuote(name)} WITH NO DATA",
                $"ALTER TABLE {_table} ADD COLUMN {RowColumn} pg_catalog.int8 GENERATED ALWAYS AS IDENTITY");
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.DuplicateTable)
        {
            throw new PgException(
                new PgError
                {
                    SqlState = SqlState.FeatureNotSupported,
                    Message = $"COPY with WHERE or ENCODING into CDF table \"{name}\" is not possible beside a temporary table of that name",
                    Hint = "Drop or rename the temporary table.",
                },
                e);
        }
    }

    /// <summary>The client's own statement, with the temporary table as its target.</summary>
    private async ValueTask ReceiveAsync(CopyOptions options)
    {
        var rewrite = SinkRewrite.Copy(copy.Sql.Span, copy.Statement, _table, _columns);
        var output = Engine.Output;
        EngineRows.Close(output, Name, 'P');
        EngineRows.Close(output, Name, 'S');
        EngineRows.Parse(output, Name, rewrite.Text.Span, []);
        EngineRows.Bind(output, Name, portal: null, resultFormat: 0);
        EngineRows.Execute(output, Name);
        Engine.Expect(replies: 5);
        if (await Engine.SettleAsync(EngineReplies.AsynchronousOnly) == EnginePause.CopyIn)
        {
            core.Client.Output.CopyInResponse(options.Format == CopyFormat.Binary ? (byte)1 : (byte)0, copy.Plan.Columns.Length);
            await core.Client.FlushAsync();
            await CopyRelay.RunAsync(core.Client, Engine, EngineReplies.AsynchronousOnly);
            await Engine.ResumeAsync(EnginePause.Settled, EngineReplies.AsynchronousOnly);
        }

        if (Engine.Skipping)
        {
            throw OwnSink.Translate(new PgException(Engine.LastError!), rewrite);
        }

        EngineRows.Close(output, Name, 'P');
        EngineRows.Close(output, Name, 'S');
        Engine.Expect(replies: 2);
        await Engine.SettleAsync(EngineReplies.AsynchronousOnly);
    }

    private async ValueTask<WriteResult> WriteAsync(EngineState state, CopyOptions options)
    {
        using var write = new RunningWrite(core, copy.Plan, state);
        try
        {
            var rows = new ComputedRows(core, copy.Plan) { HasOrigins = true, OriginOffset = options.Header == CopyHeader.None ? 0 : 1 };
            await rows.ReadAsync(write, System.Text.Encoding.UTF8.GetBytes($"SELECT {_columns}, {RowColumn} FROM {_table}"), [], portal: null);
            return await write.CompleteAsync();
        }
        catch (PgException e)
        {
            throw new PgException(await write.FailAsync(e), e);
        }
    }
}
