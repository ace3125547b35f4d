namespace Sluice.PgWire.Protocol;

/// <summary>Severity of an ErrorResponse or NoticeResponse, fields <c>S</c> and <c>V</c> (PostgreSQL manual, 55.8).</summary>
public enum PgSeverity
{
    /// <summary>The statement failed; the session goes on.</summary>
    Error,

    /// <summary>The session ends after this message.</summary>
    Fatal,

    /// <summary>All sessions end.</summary>
    Panic,

    /// <summary>Something the user should look at.</summary>
    Warning,

    /// <summary>Something the user may like to know.</summary>
    Notice,

    /// <summary>Detail for whoever asked for it.</summary>
    Debug,

    /// <summary>Asked for by the user, e.g. by VERBOSE.</summary>
    Info,

    /// <summary>Of interest to administrators.</summary>
    Log,
}

/// <summary>
/// One ErrorResponse or NoticeResponse with all its fields (PostgreSQL manual, 55.8 "Error and Notice Message Fields").
/// Fields that are <see langword="null"/> or zero are not sent.
/// </summary>
public sealed record PgError
{
    /// <summary>Fields <c>S</c> and <c>V</c>.</summary>
    public PgSeverity Severity { get; init; } = PgSeverity.Error;

    /// <summary>Field <c>C</c>, five characters; see <see cref="Protocol.SqlState"/>.</summary>
    public required string SqlState { get; init; }

    /// <summary>Field <c>M</c>: one line.</summary>
    public required string Message { get; init; }

    /// <summary>Field <c>D</c>: may run over several lines.</summary>
    public string? Detail { get; init; }

    /// <summary>Field <c>H</c>: what to do about it.</summary>
    public string? Hint { get; init; }

    /// <summary>Field <c>P</c>: 1-based position in characters in the original query string; 0 is not sent.</summary>
    public int Position { get; init; }

    /// <summary>Field <c>p</c>: position in <see cref="InternalQuery"/>; 0 is not sent.</summary>
    public int InternalPosition { get; init; }

    /// <summary>Field <c>q</c>.</summary>
    public string? InternalQuery { get; init; }

    /// <summary>Field <c>W</c>: where it happened, e.g. <c>COPY t, line 3, column c: "x"</c>.</summary>
    public string? Context { get; init; }

    /// <summary>Field <c>s</c>.</summary>
    public string? SchemaName { get; init; }

    /// <summary>Field <c>t</c>.</summary>
    public string? TableName { get; init; }

    /// <summary>Field <c>c</c>.</summary>
    public string? ColumnName { get; init; }

    /// <summary>Field <c>d</c>.</summary>
    public string? DataTypeName { get; init; }

    /// <summary>Field <c>n</c>.</summary>
    public string? ConstraintName { get; init; }

    /// <summary>Field <c>F</c>.</summary>
    public string? File { get; init; }

    /// <summary>Field <c>L</c>; 0 is not sent.</summary>
    public int Line { get; init; }

    /// <summary>Field <c>R</c>.</summary>
    public string? Routine { get; init; }
}

/// <summary>A failure that reaches the client as an ErrorResponse. Carries all fields; never a secret.</summary>
public sealed class PgException : Exception
{
    /// <summary>Wraps <paramref name="error"/>.</summary>
    public PgException(PgError error, Exception? inner = null)
        : base(error.Message, inner) => Error = error;

    /// <summary>An ERROR with <paramref name="sqlState"/> and <paramref name="message"/>, and optional detail and hint.</summary>
    public PgException(string sqlState, string message, string? detail = null, string? hint = null)
        : this(new PgError { SqlState = sqlState, Message = message, Detail = detail, Hint = hint })
    {
    }

    /// <summary>What the client is told.</summary>
    public PgError Error { get; }
}
