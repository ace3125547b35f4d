namespace Sluice.PgWire.Sql;

/// <summary>A clause of CREATE FOREIGN TABLE that not every foreign table can have.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Position">1-based position in the query string, in characters.</param>
public sealed record ForeignTableClause(ForeignTableClauseKind Kind, int Position);

/// <summary>The clauses of CREATE FOREIGN TABLE beyond columns, NOT NULL, server and options.</summary>
public enum ForeignTableClauseKind
{
    /// <summary>DEFAULT of a column.</summary>
    Default,

    /// <summary>GENERATED … of a column.</summary>
    Generated,

    /// <summary>COLLATE of a column.</summary>
    Collate,

    /// <summary>OPTIONS of a column.</summary>
    ColumnOptions,

    /// <summary>CHECK of a column or of the table.</summary>
    Check,

    /// <summary>PRIMARY KEY of a column or of the table.</summary>
    PrimaryKey,

    /// <summary>UNIQUE of a column or of the table.</summary>
    Unique,

    /// <summary>EXCLUDE.</summary>
    Exclude,

    /// <summary>FOREIGN KEY, or REFERENCES of a column.</summary>
    ForeignKey,

    /// <summary>LIKE another table.</summary>
    Like,

    /// <summary>INHERITS.</summary>
    Inherits,

    /// <summary>PARTITION OF.</summary>
    PartitionOf,
}
