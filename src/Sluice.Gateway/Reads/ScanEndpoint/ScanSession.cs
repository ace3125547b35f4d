using System.Globalization;
using System.Text;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Reads.Queries;
using Sluice.Gateway.Reads.Sources;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>
/// Answers the statements of one postgres_fdw connection: the transaction that it opens around every read, estimates, and cursors.
/// </summary>
internal sealed class ScanSession : IAsyncDisposable
{
    private readonly Dictionary<string, ScanCursor> _cursors = new(StringComparer.Ordinal);
    private readonly MessageWriter _output;
    private readonly ScanBackend _backend;
    private readonly ScanStartup _startup;
    private ScanUser? _user;

    public ScanSession(MessageWriter output, ScanBackend backend, ScanStartup startup)
    {
        _output = output;
        _backend = backend;
        _startup = startup;
    }

    /// <summary>What ReadyForQuery says.</summary>
    public TransactionStatus Status { get; private set; } = TransactionStatus.Idle;

    private IScanSession? Session => _backend.Sessions.Find(_startup.EngineProcessId, _startup.User);

    /// <summary>Runs all statements of <paramref name="sql"/> up to the first that fails, which is answered with an ErrorResponse.</summary>
    /// <param name="sql">The statements.</param>
    /// <param name="parameters">Values for the parameters of the one statement; none in the simple protocol.</param>
    /// <param name="describeRows">Rows are described first, as the simple protocol wants it.</param>
    /// <param name="cancel">The statement was cancelled: 57014.</param>
    /// <returns><see langword="false"/> if one failed.</returns>
    public async ValueTask<bool> RunAsync(ReadOnlyMemory<byte> sql, IReadOnlyList<string?> parameters, bool describeRows, CancellationToken cancel)
    {
        try
        {
            var statements = SqlStatements.Split(sql.Span);
            if (statements.Count == 0)
            {
                _output.EmptyQueryResponse();
            }

            foreach (var span in statements)
            {
                var statement = ScanStatement.Parse(sql.Span, span);
                if (statement.Kind == ScanStatementKind.Other)
                {
                    throw Refusal(span.Of(sql.Span));
                }

                await RunAsync(statement, parameters, describeRows, cancel);
            }

            return true;
        }
        catch (PgException e)
        {
            Fail(e.Error);
            return false;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Fail(new PgError { SqlState = SqlState.QueryCanceled, Message = "canceling statement due to user request" });
            return false;
        }
    }

    /// <summary>Answers with <paramref name="error"/>; an open transaction has failed with it.</summary>
    public void Fail(PgError error)
    {
        _output.AbandonMessage();
        _output.ErrorResponse(error);
        if (Status == TransactionStatus.InTransaction)
        {
            Status = TransactionStatus.Failed;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseCursorsAsync();

    private async ValueTask RunAsync(ScanStatement statement, IReadOnlyList<string?> parameters, bool describeRows, CancellationToken cancel)
    {
        if (Status == TransactionStatus.Failed
            && statement.Kind is not (ScanStatementKind.Abort or ScanStatementKind.Commit or ScanStatementKind.RollbackTo))
        {
            throw new PgException(
                SqlState.InFailedSqlTransaction,
                "current transaction is aborted, commands ignored until end of transaction block");
        }

        switch (statement.Kind)
        {
            case ScanStatementKind.Set:
                _output.CommandComplete("SET");
                break;
            case ScanStatementKind.StartTransaction:
                Status = TransactionStatus.InTransaction;
                _output.CommandComplete("START TRANSACTION");
                break;
            case ScanStatementKind.Commit:
                // Nothing was written, so this never fails: an error here would abort the engine's transaction.
                _output.CommandComplete(Status == TransactionStatus.Failed ? "ROLLBACK" : "COMMIT");
                await EndAsync();
                break;
            case ScanStatementKind.Abort:
                _output.CommandComplete("ROLLBACK");
                await EndAsync();
                break;
            case ScanStatementKind.Savepoint:
                _output.CommandComplete("SAVEPOINT");
                break;
            case ScanStatementKind.Release:
                _output.CommandComplete("RELEASE");
                break;
            case ScanStatementKind.RollbackTo:
                Status = TransactionStatus.InTransaction;
                _output.CommandComplete("ROLLBACK");
                break;
            case ScanStatementKind.Explain:
                await ExplainAsync(statement.Query, describeRows, cancel);
                break;
            case ScanStatementKind.DeclareCursor:
                await DeclareAsync(statement, parameters, cancel);
                break;
            case ScanStatementKind.Fetch:
                await FetchAsync(statement, describeRows, cancel);
                break;
            case ScanStatementKind.MoveBackward:
                await Cursor(statement.Cursor).RewindAsync();
                _output.CommandComplete("MOVE 0");
                break;
            case ScanStatementKind.CloseCursor:
                await CloseAsync(statement.Cursor);
                _output.CommandComplete("CLOSE CURSOR");
                break;
            default:
                _output.CommandComplete("DEALLOCATE ALL");
                break;
        }
    }

    private async ValueTask EndAsync()
    {
        Status = TransactionStatus.Idle;
        _user = null;
        await CloseCursorsAsync();
    }

    private async ValueTask CloseCursorsAsync()
    {
        foreach (var cursor in _cursors.Values)
        {
            await cursor.DisposeAsync();
        }

        _cursors.Clear();
    }

    private async ValueTask CloseAsync(string name)
    {
        if (_cursors.Remove(name, out var cursor))
        {
            await cursor.DisposeAsync();
        }
    }

    private async ValueTask<ScanUser> UserAsync(CancellationToken cancel) => _user ??= Session?.Own ?? await _backend.Users.FindAsync(_startup.User, cancel);

    private async ValueTask ExplainAsync(string text, bool describeRows, CancellationToken cancel)
    {
        var query = ScanQueryParser.Parse(text);
        var table = (await UserAsync(cancel)).Tables.Find(query.Table);
        if (describeRows)
        {
            _output.RowDescription([new FieldDescription("QUERY PLAN", PgType.Text.Oid)]);
        }

        _output.BeginDataRow(1);
        _output.Value(Encoding.UTF8.GetBytes(ScanEstimate.Of(query, table, Session?.KeySets ?? []).ToString()));
        _output.EndMessage();
        _output.CommandComplete("EXPLAIN");
    }

    private async ValueTask DeclareAsync(ScanStatement statement, IReadOnlyList<string?> parameters, CancellationToken cancel)
    {
        var query = ScanQueryParser.Parse(statement.Query);
        await CloseAsync(statement.Cursor);
        _cursors[statement.Cursor] = query.Schema == HistoryTables.Schema ? HistoryCursor(query) : await CdfCursorAsync(query, parameters, cancel);
        _output.CommandComplete("DECLARE CURSOR");
    }

    private HistoryCursor HistoryCursor(ScanQuery query) => query is { Conditions: [], Unsupported: null, IsSorted: false }
        ? new HistoryCursor(query, _startup.User, _backend.History)
        : throw new PgException(SqlState.FeatureNotSupported, $"table \"{query.Table}\" is read as a whole", hint: $"Read view sluice.{query.Table}.");

    private async ValueTask<CdfCursor> CdfCursorAsync(ScanQuery query, IReadOnlyList<string?> parameters, CancellationToken cancel)
    {
        var user = await UserAsync(cancel);
        var table = user.Tables.Find(query.Table)
            ?? throw new PgException(SqlState.UndefinedTable, $"CDF table \"{query.Table}\" does not exist", hint: "It was dropped; connect again.");
        var session = Session;
        if (session is { ReadsStale: false } && session.HasPendingRows(table.Name))
        {
            throw Pending(table);
        }

        var bound = BoundQuery.Bind(query, table, parameters);
        return new CdfCursor(bound, new RowSources(bound, user.Client, session?.KeySets ?? []));
    }

    private async ValueTask FetchAsync(ScanStatement statement, bool describeRows, CancellationToken cancel)
    {
        var cursor = Cursor(statement.Cursor);
        if (describeRows)
        {
            cursor.Describe(_output);
        }

        var unfit = cursor.Unfit;
        var rows = await cursor.FetchAsync(_output, statement.Count, cancel);
        if (cursor.Unfit > unfit)
        {
            Session?.Notice(new PgError
            {
                Severity = PgSeverity.Notice,
                SqlState = SqlState.SuccessfulCompletion,
                Message = $"{cursor.Unfit - unfit} values of table \"{cursor.Table}\" do not fit their columns and were read as NULL",
            });
        }

        _output.CommandComplete(string.Create(CultureInfo.InvariantCulture, $"FETCH {rows}"));
    }

    private ScanCursor Cursor(string name) => _cursors.TryGetValue(name, out var cursor)
        ? cursor
        : throw new PgException(SqlState.InvalidCursorName, $"cursor \"{name}\" does not exist");

    private static PgException Pending(TableDefinition table) => new(
        SqlState.FeatureNotSupported,
        $"table \"{table.Name}\" has rows in this transaction that are not in CDF yet, which a read would not see",
        hint: "COMMIT first, or SET sluice.read_pending = stale to read what CDF has now.");

    private static PgException Refusal(ReadOnlySpan<byte> text)
    {
        // The first word: the rest may hold values.
        var lexer = new SqlLexer(text);
        lexer.Read();
        return new PgException(
            SqlState.FeatureNotSupported,
            $"CDF tables cannot be used like this: {Encoding.UTF8.GetString(lexer.Text).ToUpper(CultureInfo.InvariantCulture)}",
            hint: "Send INSERT, UPDATE, DELETE and TRUNCATE on a CDF table as statements of their own.");
    }
}
