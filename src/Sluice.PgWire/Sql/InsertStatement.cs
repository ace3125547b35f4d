using System.Runtime.InteropServices;

namespace Sluice.PgWire.Sql;

/// <summary>Where the rows of an INSERT come from.</summary>
public enum InsertSource
{
    /// <summary>A query, or an expression that is not on the closed list, or something that only the engine can judge.</summary>
    Query,

    /// <summary>VALUES rows of nothing but native values.</summary>
    Values,

    /// <summary>DEFAULT VALUES.</summary>
    DefaultValues,
}

/// <summary>A name in a column list.</summary>
/// <param name="Name">After folding.</param>
/// <param name="Span">Where it stands, for an error's position.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlColumnName(string Name, SqlSpan Span);

/// <summary>A cast that values of one column have; each pair is listed once.</summary>
/// <param name="Column">0-based position in the row.</param>
/// <param name="TypeOid">The built-in type's OID.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlColumnCast(int Column, uint TypeOid);

/// <summary>A place where <c>$n</c> is a value.</summary>
/// <param name="Parameter">The n.</param>
/// <param name="Row">0-based row of the VALUES list.</param>
/// <param name="Column">0-based position in the row.</param>
/// <param name="CastOid">OID of the type that it is cast to, or 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlParameterUse(int Parameter, int Row, int Column, uint CastOid);

/// <summary>
/// INSERT, checked to its end. <see cref="Source"/> is <see cref="InsertSource.Values"/> only if every row can be taken without the engine;
/// everything else, wrong syntax too, is the engine's, which knows how to complain about it.
/// </summary>
public sealed record InsertStatement(SqlSpan Span, SqlTarget Target) : RowWriteStatement(SqlStatementKind.Insert, Span, Target)
{
    /// <summary>The column list; <see langword="null"/> without one, or with <see cref="HasColumnParts"/>.</summary>
    public IReadOnlyList<SqlColumnName>? Columns { get; init; }

    /// <summary>The column list has array elements or fields (<c>c[1]</c>, <c>c.f</c>): only the engine can assign them.</summary>
    public bool HasColumnParts { get; init; }

    /// <summary>Where the rows come from.</summary>
    public InsertSource Source { get; init; }

    /// <summary>OVERRIDING SYSTEM VALUE or OVERRIDING USER VALUE stands in it.</summary>
    public bool Overriding { get; init; }

    /// <summary>The VALUES rows, for <see cref="SqlValuesReader"/>.</summary>
    public SqlSpan Rows { get; init; }

    /// <summary>How many rows.</summary>
    public int RowCount { get; init; }

    /// <summary>For each position in a row, all kinds of values that stand there. Its length is the number of values of each row.</summary>
    public IReadOnlyList<SqlValueKinds> ValueKinds { get; init; } = [];

    /// <summary>The casts, each once.</summary>
    public IReadOnlyList<SqlColumnCast> Casts { get; init; } = [];

    /// <summary>The uses of parameters, in the order of the text.</summary>
    public IReadOnlyList<SqlParameterUse> Parameters { get; init; } = [];

    /// <summary>ON CONFLICT with all that belongs to it.</summary>
    public OnConflictClause? OnConflict { get; init; }

    /// <summary>
    /// The query whose rows are inserted, if it is one that can be run by itself (behind the statement's WITH, if it has one): SELECT, TABLE, or
    /// either after WITH or in parentheses; not VALUES. See <see cref="SinkRewrite.BareQuery"/>.
    /// </summary>
    public SqlSpan? Query { get; init; }

    /// <summary>A reader over the rows; <paramref name="sql"/> is the whole query string that this statement was found in.</summary>
    public SqlValuesReader ReadValues(ReadOnlySpan<byte> sql) => new(sql, Rows, StandardConformingStrings);
}
