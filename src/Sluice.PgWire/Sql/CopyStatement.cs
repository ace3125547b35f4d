namespace Sluice.PgWire.Sql;

/// <summary>The other end of a COPY.</summary>
public enum CopyEndpoint
{
    /// <summary>The client: STDIN or STDOUT, which PostgreSQL takes for one another.</summary>
    Client,

    /// <summary>A file of the server.</summary>
    File,

    /// <summary>A program on the server.</summary>
    Program,
}

/// <summary>An option of COPY as written, in either syntax, before its meaning is checked.</summary>
/// <param name="Name">In lower case, with the names of the parenthesised syntax (<c>force_not_null</c>).</param>
/// <param name="Value">The argument as text; <see langword="null"/> without one.</param>
/// <param name="Columns">The argument if it is a list of names.</param>
/// <param name="AllColumns">The argument is <c>*</c>.</param>
/// <param name="Position">1-based position in characters of the option.</param>
public sealed record CopyOption(string Name, string? Value, IReadOnlyList<string>? Columns, bool AllColumns, int Position);

/// <summary>COPY in any of its syntaxes (PostgreSQL manual, COPY).</summary>
/// <param name="Kind">CopyFrom or CopyTo.</param>
/// <param name="Span">Where it stands.</param>
/// <param name="Target">The table; <see langword="null"/> where a query stands in its place.</param>
/// <param name="Columns">The column list; <see langword="null"/> without one.</param>
/// <param name="Query">The query between the parentheses.</param>
/// <param name="Endpoint">Where the data comes from or goes to.</param>
/// <param name="Options">As written.</param>
/// <param name="HasWhere">COPY … FROM … WHERE.</param>
public sealed record CopyStatement(
    SqlStatementKind Kind,
    SqlSpan Span,
    SqlTarget? Target,
    IReadOnlyList<SqlColumnName>? Columns,
    SqlSpan? Query,
    CopyEndpoint Endpoint,
    IReadOnlyList<CopyOption> Options,
    bool HasWhere) : SqlStatement(Kind, Span);
