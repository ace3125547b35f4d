namespace Sluice.PgWire.Sql;

/// <summary>A relation's name as a statement gives it, after folding.</summary>
/// <param name="Schema">The schema, if named.</param>
/// <param name="Name">The relation.</param>
public readonly record struct QualifiedName(string? Schema, string Name)
{
    /// <summary>The name with what has to be quoted in quotes.</summary>
    public override string ToString() => Schema is null ? SqlIdentifier.Quote(Name) : $"{SqlIdentifier.Quote(Schema)}.{SqlIdentifier.Quote(Name)}";
}

/// <summary>The relation that a statement writes to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Span">The name's tokens in the query string: what a rewrite replaces, and nothing else.</param>
/// <param name="Alias">The alias, if any.</param>
/// <param name="Only">ONLY stands before it.</param>
public sealed record SqlTarget(QualifiedName Name, SqlSpan Span, string? Alias, bool Only)
{
    /// <summary>Where an alias can be put in: behind the name, the parentheses of <c>ONLY (…)</c> and the <c>*</c>.</summary>
    public int AliasPosition { get; init; } = Span.End;

    /// <summary>What the statement calls it where it names its columns.</summary>
    public string VisibleName => Alias ?? Name.Name;
}

/// <summary>A statement of which Sluice knows its kind, its stretch of the query string, and what the subclass tells.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Span">From its first token to its last.</param>
public record SqlStatement(SqlStatementKind Kind, SqlSpan Span);

/// <summary>MERGE: what it writes to.</summary>
public sealed record TargetedStatement(SqlStatementKind Kind, SqlSpan Span, IReadOnlyList<SqlTarget> Targets, bool HasWith)
    : SqlStatement(Kind, Span);

/// <summary>A statement that begins or ends a transaction or a part of it.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Span">Where it stands.</param>
/// <param name="Name">The savepoint, if any.</param>
/// <param name="Chain">AND CHAIN.</param>
public sealed record TransactionStatement(SqlStatementKind Kind, SqlSpan Span, string? Name, bool Chain) : SqlStatement(Kind, Span);

/// <summary>PREPARE name [(types)] AS statement.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Name">The prepared statement's name.</param>
/// <param name="Types">The declared types' OIDs, 0 for those that Sluice does not know; <see langword="null"/> without a list.</param>
/// <param name="Inner">The statement after AS.</param>
public sealed record PrepareStatement(SqlSpan Span, string Name, IReadOnlyList<uint>? Types, SqlSpan Inner)
    : SqlStatement(SqlStatementKind.Prepare, Span);

/// <summary>EXECUTE name [(arguments)].</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Name">The prepared statement's name.</param>
/// <param name="Arguments">The argument list with its parentheses, for <see cref="SqlValuesReader"/>; <see langword="null"/> without one.</param>
/// <param name="ArgumentCount">How many.</param>
/// <param name="IsNative">All arguments are on the closed list of <see cref="SqlValueKinds"/>.</param>
public sealed record ExecuteStatement(SqlSpan Span, string Name, SqlSpan? Arguments, int ArgumentCount, bool IsNative)
    : SqlStatement(SqlStatementKind.Execute, Span);

/// <summary>DEALLOCATE [PREPARE] name | ALL.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Name">The prepared statement's name; <see langword="null"/> means ALL.</param>
public sealed record DeallocateStatement(SqlSpan Span, string? Name) : SqlStatement(SqlStatementKind.Deallocate, Span);

/// <summary>EXPLAIN [ANALYZE] [VERBOSE] statement, or EXPLAIN (options) statement.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Analyze">The statement is run, too.</param>
/// <param name="Inner">The statement that is explained.</param>
public sealed record ExplainStatement(SqlSpan Span, bool Analyze, SqlSpan Inner) : SqlStatement(SqlStatementKind.Explain, Span);

/// <summary>SET and RESET of a setting, by its folded name (<c>sluice.on_conflict</c>).</summary>
/// <param name="Kind">Set or Reset.</param>
/// <param name="Span">Where it stands.</param>
/// <param name="Name">The setting, dots included; empty for forms that name none.</param>
/// <param name="Value">The value if it is one word or constant, as text; <see langword="null"/> for DEFAULT, lists and RESET.</param>
/// <param name="Local">SET LOCAL.</param>
public sealed record SettingStatement(SqlStatementKind Kind, SqlSpan Span, string Name, string? Value, bool Local) : SqlStatement(Kind, Span);
