using Sluice.Gateway.Reads.Sources;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>Empties tables: page by page their keys are read, and the rows deleted.</summary>
internal sealed class FullDeleteRun(SessionCore core)
{
    private long _stored;

    /// <summary>Deletes all rows; returns how many.</summary>
    /// <exception cref="PgException">Not all rows are deleted.</exception>
    public async ValueTask<long> RunAsync(OwnFullDelete statement, EngineState state)
    {
        long rows = 0;
        try
        {
            foreach (var table in statement.Tables)
            {
                rows += await RunAsync(table, state);
            }
        }
        catch (PgException)
        {
            // The error speaks of them as rows of its own statement.
            core.Engine.Earlier.AreOfFailed(_stored);
            throw;
        }

        return rows;
    }

    private async ValueTask<long> RunAsync(TableDefinition table, EngineState state)
    {
        if (core.Block.HasRowsOf(table))
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"CDF table \"{table.Name}\" cannot be emptied while rows of it wait for COMMIT",
                hint: "COMMIT first, or SET sluice.transaction_mode = immediate.");
        }

        var keys = new AllKeys(core.User.Writes.Client, table);
        var plan = WritePlan.ForDelete(keys.Table, [.. keys.Columns.Select(name => keys.Table.Columns[keys.Table.OrdinalOf(name)])]);
        using var write = new RunningWrite(core, plan, state, _stored);
        write.BeginExecution(1);
        long row = 0;
        try
        {
            await foreach (var key in keys.ReadAsync(write.Stopped))
            {
                for (var i = 0; i < key.Length; i++)
                {
                    write.Batch.Columns[i].AppendText(key[i]);
                }

                write.Batch.EndRow(++row);
                await write.SendIfFullAsync();
            }

            var result = await write.CompleteAsync();
            _stored += write.StoresAtOnce ? result.Rows : 0;
            return result.Rows;
        }
        catch (OperationCanceledException) when (write.Stopped.IsCancellationRequested)
        {
            await write.ThrowCancelledAsync();
            throw;
        }
        catch (PgException e)
        {
            throw new PgException(await write.FailAsync(e), e);
        }
    }
}
