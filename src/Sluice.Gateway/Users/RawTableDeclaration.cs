using System.Collections.Immutable;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users;

/// <summary>A custom table of type <c>raw_rows</c> as its creator declared it.</summary>
/// <param name="Tablename">Name in schema <c>public</c>.</param>
/// <param name="Database">RAW database; need not exist.</param>
/// <param name="Table">RAW table; need not exist.</param>
/// <param name="PrimaryKey">The column whose text is the RAW key; null for an added one.</param>
/// <param name="Columns">In order.</param>
public sealed record RawTableDeclaration(
    string Tablename,
    string Database,
    string Table,
    string? PrimaryKey,
    ImmutableArray<DeclaredColumn> Columns)
    : TableDeclaration(Tablename)
{
    /// <inheritdoc/>
    public override TableDefinition ToDefinition() => CustomRawTable.Define(
        Tablename, Database, Table, PrimaryKey, Columns.Select(Typed), Columns.Where(column => column.NotNull).Select(column => column.Name).ToHashSet(StringComparer.Ordinal));

    /// <summary>The same table, in all that it declares.</summary>
    public bool Equals(RawTableDeclaration? other) =>
        other is not null && Tablename == other.Tablename && Database == other.Database && Table == other.Table && PrimaryKey == other.PrimaryKey
        && Columns.AsSpan().SequenceEqual(other.Columns.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tablename, Database, Table, PrimaryKey, Columns.Length);

    private static KeyValuePair<string, PgWire.Types.ColumnType> Typed(DeclaredColumn column) =>
        CustomColumnTypes.TryParse(column.Type, out var type)
            ? new(column.Name, type)
            : throw new PgException(
                SqlState.InvalidTableDefinition,
                $"column \"{column.Name}\" has type {column.Type}, which is none of {string.Join(", ", CustomColumnTypes.Names)}");
}

/// <summary>A column of a custom table.</summary>
/// <param name="Name">Its name, and that of the RAW column.</param>
/// <param name="Type">One of <see cref="CustomColumnTypes.Names"/>.</param>
/// <param name="NotNull">A write without a value is refused. Rows that others have written may lack it all the same.</param>
public sealed record DeclaredColumn(string Name, string Type, bool NotNull = false);
