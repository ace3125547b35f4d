using System.Globalization;
using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>
/// Answers the statements of one postgres_fdw connection: the transaction that it opens around every read, estimates, and cursors.
/// Reading itself is refused for now; what PostgreSQL plans without reading (LIMIT 0, WHERE false, Describe) works.
/// </summary>
internal sealed class ScanSession
{
    private readonly Dictionary<string, string> _cursors = new(StringComparer.Ordinal);
    private readonly MessageWriter _output;

    public ScanSession(MessageWriter output) => _output = output;

    /// <summary>What ReadyForQuery says.</summary>
    public TransactionStatus Status { get; private set; } = TransactionStatus.Idle;

    /// <summary>Runs all statements of <paramref name="sql"/> up to the first that fails, which is answered with an ErrorResponse.</summary>
    /// <returns><see langword="false"/> if one failed.</returns>
    public bool Run(ReadOnlySpan<byte> sql, bool describeRows)
    {
        try
        {
            var statements = SqlStatements.Split(sql);
            if (statements.Count == 0)
            {
                _output.EmptyQueryResponse();
            }

            foreach (var span in statements)
            {
                Run(ScanStatement.Parse(sql, span), span.Of(sql), describeRows);
            }

            return true;
        }
        catch (PgException e)
        {
            Fail(e.Error);
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

    private void Run(ScanStatement statement, ReadOnlySpan<byte> text, bool describeRows)
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
                End();
                break;
            case ScanStatementKind.Abort:
                _output.CommandComplete("ROLLBACK");
                End();
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
                Explain(statement.Query, describeRows);
                break;
            case ScanStatementKind.DeclareCursor:
                _cursors[statement.Cursor] = statement.Query;
                _output.CommandComplete("DECLARE CURSOR");
                break;
            case ScanStatementKind.Fetch:
                throw Fetch(statement.Cursor);
            case ScanStatementKind.MoveBackward:
                _ = Query(statement.Cursor);
                _output.CommandComplete("MOVE 0");
                break;
            case ScanStatementKind.CloseCursor:
                _cursors.Remove(statement.Cursor);
                _output.CommandComplete("CLOSE CURSOR");
                break;
            case ScanStatementKind.Deallocate:
                _output.CommandComplete("DEALLOCATE ALL");
                break;
            default:
                throw new PgException(
                    SqlState.FeatureNotSupported,
                    $"CDF tables cannot be used like this: {Command(text)}",
                    hint: "Send INSERT, UPDATE, DELETE and TRUNCATE on a CDF table as statements of their own.");
        }
    }

    private void End()
    {
        Status = TransactionStatus.Idle;
        _cursors.Clear();
    }

    private void Explain(string query, bool describeRows)
    {
        if (describeRows)
        {
            _output.RowDescription([new FieldDescription("QUERY PLAN", PgType.Text.Oid)]);
        }

        _output.BeginDataRow(1);
        _output.Value(Encoding.UTF8.GetBytes(ScanEstimate.Of(query).ToString()));
        _output.EndMessage();
        _output.CommandComplete("EXPLAIN");
    }

    private PgException Fetch(string cursor)
    {
        _ = Query(cursor);
        return new PgException(
            SqlState.FeatureNotSupported,
            "reading CDF tables is not supported yet",
            hint: "This version of Sluice writes: INSERT and COPY FROM. Read the rows through the CDF API.");
    }

    private string Query(string cursor) => _cursors.TryGetValue(cursor, out var query)
        ? query
        : throw new PgException(SqlState.InvalidCursorName, $"cursor \"{cursor}\" does not exist");

    /// <summary>The first word: the rest may hold values.</summary>
    private static string Command(ReadOnlySpan<byte> text)
    {
        var lexer = new SqlLexer(text);
        lexer.Read();
        return Encoding.UTF8.GetString(lexer.Text).ToUpper(CultureInfo.InvariantCulture);
    }
}
