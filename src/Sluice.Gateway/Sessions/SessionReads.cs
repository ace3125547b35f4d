using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sluice.Gateway.Reads;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// What the scans of a session's statement are told of the session. They run on threads of their own while the statement does, so they see what was
/// so when it began: the statement's own rows are none of its business (rules.md X6, X7).
/// </summary>
internal sealed class SessionReads(SessionCore core) : IScanSession
{
    // Any relation will do: it is asked for the settings.
    private static readonly QualifiedName Relation = new("pg_catalog", "pg_class");

    private readonly ConcurrentQueue<PgError> _notices = new();
    private volatile ImmutableHashSet<string> _pending = [];
    private volatile bool _readsStale;

    /// <inheritdoc/>
    public string Username => core.User.Username;

    /// <inheritdoc/>
    public ScanUser? Own => core.User.CredentialsExpire is null ? null : field ??= new ScanUser(core.User.Tables, core.User.Writes.Client);

    /// <inheritdoc/>
    public IReadOnlyList<KeySet> KeySets { get; set; } = [];

    /// <inheritdoc/>
    public bool ReadsStale => _readsStale;

    /// <inheritdoc/>
    public bool HasPendingRows(string table) => _pending.Contains(table);

    /// <inheritdoc/>
    public void Notice(PgError notice) => _notices.Enqueue(notice);

    /// <summary>The engine is about to run a statement, which may read. Nothing may be outstanding if rows wait for COMMIT.</summary>
    /// <exception cref="PgException">The engine's error.</exception>
    public async ValueTask BeginAsync()
    {
        if (!core.Block.HasPendingRows || core.Engine.Status == TransactionStatus.Failed)
        {
            _pending = [];
            return;
        }

        var state = await core.StateOfAsync(Relation);
        _readsStale = state.ReadsStale;
        _pending = [.. core.User.Tables().All.Where(core.Block.HasRowsOf).Select(table => table.Name)];
    }

    /// <summary>Tells the client what the scans have had to say.</summary>
    public void WriteNotices()
    {
        while (_notices.TryDequeue(out var notice))
        {
            core.Client.Output.NoticeResponse(notice);
        }
    }
}
