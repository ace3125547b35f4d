namespace Sluice.PgWire.Sql;

/// <summary>INSERT, UPDATE or DELETE: a statement that writes rows of one relation.</summary>
/// <param name="Kind">Insert, Update or Delete.</param>
/// <param name="Span">From its first token to its last, WITH included.</param>
/// <param name="Target">What it writes to.</param>
public abstract record RowWriteStatement(SqlStatementKind Kind, SqlSpan Span, SqlTarget Target) : SqlStatement(Kind, Span)
{
    /// <summary>WITH stands before it.</summary>
    public bool HasWith { get; init; }

    /// <summary>Where INSERT, UPDATE or DELETE itself stands, behind the WITH.</summary>
    public int VerbStart { get; init; } = Span.Start;

    /// <summary>RETURNING with its list.</summary>
    public ReturningClause? Returning { get; init; }

    /// <summary>The setting under which the text was read, and must be read again.</summary>
    public bool StandardConformingStrings { get; init; } = true;
}
