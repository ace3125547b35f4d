namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>The statements that postgres_fdw sends, and no others.</summary>
internal enum ScanStatementKind
{
    /// <summary>Anything else, data changes among it; refused.</summary>
    Other,

    /// <summary><c>SET</c>: search_path, timezone, datestyle, intervalstyle, extra_float_digits.</summary>
    Set,

    /// <summary><c>START TRANSACTION ISOLATION LEVEL …</c>.</summary>
    StartTransaction,

    /// <summary><c>COMMIT TRANSACTION</c>.</summary>
    Commit,

    /// <summary><c>ABORT TRANSACTION</c>.</summary>
    Abort,

    /// <summary><c>SAVEPOINT s2</c>.</summary>
    Savepoint,

    /// <summary><c>RELEASE SAVEPOINT s2</c>.</summary>
    Release,

    /// <summary><c>ROLLBACK TO SAVEPOINT s2</c>.</summary>
    RollbackTo,

    /// <summary><c>EXPLAIN SELECT …</c>, of which the first row is read.</summary>
    Explain,

    /// <summary><c>DECLARE c1 CURSOR FOR SELECT …</c>.</summary>
    DeclareCursor,

    /// <summary><c>FETCH 100 FROM c1</c>.</summary>
    Fetch,

    /// <summary><c>MOVE BACKWARD ALL IN c1</c>.</summary>
    MoveBackward,

    /// <summary><c>CLOSE c1</c>.</summary>
    CloseCursor,

    /// <summary><c>DEALLOCATE ALL</c>.</summary>
    Deallocate,
}
