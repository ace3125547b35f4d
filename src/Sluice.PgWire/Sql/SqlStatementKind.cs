namespace Sluice.PgWire.Sql;

/// <summary>What a statement does, as far as Sluice has to know.</summary>
public enum SqlStatementKind
{
    /// <summary>Nothing that Sluice owns: the engine's.</summary>
    Other,

    /// <summary>INSERT, also after WITH.</summary>
    Insert,

    /// <summary>UPDATE, also after WITH.</summary>
    Update,

    /// <summary>DELETE, also after WITH.</summary>
    Delete,

    /// <summary>MERGE, also after WITH.</summary>
    Merge,

    /// <summary>TRUNCATE.</summary>
    Truncate,

    /// <summary>COPY … FROM.</summary>
    CopyFrom,

    /// <summary>COPY … TO.</summary>
    CopyTo,

    /// <summary>SELECT, VALUES, TABLE, also after WITH and in parentheses.</summary>
    Select,

    /// <summary>BEGIN or START TRANSACTION.</summary>
    Begin,

    /// <summary>COMMIT or END.</summary>
    Commit,

    /// <summary>ROLLBACK or ABORT.</summary>
    Rollback,

    /// <summary>PREPARE TRANSACTION.</summary>
    PrepareTransaction,

    /// <summary>COMMIT PREPARED or ROLLBACK PREPARED.</summary>
    FinishPrepared,

    /// <summary>SAVEPOINT.</summary>
    Savepoint,

    /// <summary>RELEASE SAVEPOINT.</summary>
    Release,

    /// <summary>ROLLBACK TO SAVEPOINT.</summary>
    RollbackTo,

    /// <summary>PREPARE name AS.</summary>
    Prepare,

    /// <summary>EXECUTE name.</summary>
    Execute,

    /// <summary>DEALLOCATE.</summary>
    Deallocate,

    /// <summary>EXPLAIN.</summary>
    Explain,

    /// <summary>SET.</summary>
    Set,

    /// <summary>RESET.</summary>
    Reset,

    /// <summary>DISCARD.</summary>
    Discard,

    /// <summary>SHOW.</summary>
    Show,

    /// <summary>DECLARE … CURSOR.</summary>
    Declare,

    /// <summary>FETCH or MOVE.</summary>
    Fetch,

    /// <summary>CLOSE.</summary>
    Close,

    /// <summary>CREATE FOREIGN TABLE.</summary>
    CreateForeignTable,

    /// <summary>DROP TABLE or DROP FOREIGN TABLE.</summary>
    DropTable,

    /// <summary>IMPORT FOREIGN SCHEMA.</summary>
    ImportForeignSchema,
}
