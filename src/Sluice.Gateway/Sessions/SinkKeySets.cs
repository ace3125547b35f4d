using System.Text;
using Sluice.Gateway.Reads.KeySets;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The key sets of a statement that joins CDF tables with local ones: known to the scans while it runs, and forgotten afterwards (rules.md R3).
/// Keys of tables that others can change are only good for the snapshot that they were read in, so the statement then runs in one of REPEATABLE READ.
/// </summary>
internal sealed class SinkKeySets : IAsyncDisposable, IEngineQueries
{
    private readonly SessionCore _core;
    private bool _hasTransaction;

    private SinkKeySets(SessionCore core) => _core = core;

    /// <summary>Asks the engine for the plan, and for the keys that the local rows have.</summary>
    /// <exception cref="PgException">The engine's error.</exception>
    public static async ValueTask<SinkKeySets> FindAsync(SessionCore core, OwnSink sink, OwnPortal? portal)
    {
        var keySets = new SinkKeySets(core);
        if (!sink.MayJoin)
        {
            return keySets;
        }

        try
        {
            var found = await keySets.ReadAsync(sink, portal);
            if (found is { SnapshotMatters: true } && !core.InBlock && !core.Engine.InSegment)
            {
                await keySets.RunAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
                keySets._hasTransaction = true;
                found = await keySets.ReadAsync(sink, portal);
            }
            else if (found.SnapshotMatters)
            {
                // In a transaction of the client's, what the keys were read from may have changed when the statement runs.
                found = KeySetResult.Empty;
            }

            core.Reads.KeySets = found.Sets;
            return keySets;
        }
        catch
        {
            await keySets.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancellationToken) =>
        await EngineRows.QueryAsync(_core.Engine, Encoding.UTF8.GetBytes(sql), [], portal: null);

    /// <summary>The statement has read what it reads.</summary>
    /// <exception cref="PgException">The engine's error.</exception>
    public async ValueTask EndAsync()
    {
        _core.Reads.KeySets = [];
        if (_hasTransaction)
        {
            _hasTransaction = false;
            await RunAsync("COMMIT");
        }
    }

    /// <summary>Forgets the keys, and ends the transaction if the statement has failed.</summary>
    public async ValueTask DisposeAsync()
    {
        _core.Reads.KeySets = [];
        if (_hasTransaction)
        {
            _hasTransaction = false;
            await RunAsync("ROLLBACK");
        }
    }

    private async ValueTask RunAsync(string sql) => await EngineRows.QueryAsync(_core.Engine, Encoding.UTF8.GetBytes(sql), [], portal: null);

    private async ValueTask<KeySetResult> ReadAsync(OwnSink sink, OwnPortal? portal)
    {
        byte[] explain = [.. Encoding.UTF8.GetBytes(KeySetFinder.Explain), .. sink.Rewrite.Text.Span];
        List<string?[]> plan;
        try
        {
            plan = await EngineRows.QueryAsync(_core.Engine, explain, sink.DeclaredTypes, portal);
        }
        catch (PgException e) when (e.Error.Position > KeySetFinder.Explain.Length)
        {
            throw OwnSink.Translate(new PgException(e.Error with { Position = e.Error.Position - KeySetFinder.Explain.Length }, e), sink.Rewrite);
        }

        return await new KeySetFinder(_core.User.Tables(), this).FindAsync(string.Concat(plan.Select(row => row[0])), CancellationToken.None);
    }
}
