using System.Collections.Immutable;
using System.Text.Json.Serialization;
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
    /// <summary>The column that is the RAW key; it need not be declared.</summary>
    [JsonIgnore]
    public string KeyColumn => PrimaryKey ?? CustomRawTable.KeyColumn;

    /// <inheritdoc/>
    public override TableDefinition ToDefinition()
    {
        var table = CustomRawTable.Define(
            Tablename,
            Database,
            Table,
            PrimaryKey,
            Columns.Select(Typed),
            Columns.Where(column => column.NotNull).Select(column => column.Name).ToHashSet(StringComparer.Ordinal));
        var renamed = Columns.Where(column => column.RawColumn is not null).ToDictionary(column => column.Name, column => column.Field, StringComparer.Ordinal);
        if (renamed.Count == 0)
        {
            return table;
        }

        CheckRawColumns(renamed);
        return table with
        {
            Columns =
            [
                .. table.Columns.Select(column => renamed.TryGetValue(column.Name, out var raw)
                    ? column with { CdfField = raw, Description = column.Updatable ? $"RAW column \"{raw}\"." : column.Description }
                    : column),
            ],
        };
    }

    /// <summary>The same table, in all that it declares.</summary>
    public bool Equals(RawTableDeclaration? other) =>
        other is not null && Tablename == other.Tablename && Database == other.Database && Table == other.Table && PrimaryKey == other.PrimaryKey
        && Columns.AsSpan().SequenceEqual(other.Columns.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tablename, Database, Table, PrimaryKey, Columns.Length);

    private void CheckRawColumns(Dictionary<string, string> renamed)
    {
        if (PrimaryKey is null && renamed.ContainsKey(KeyColumn))
        {
            throw new PgException(SqlState.InvalidTableDefinition, $"column \"{KeyColumn}\" is the RAW key, which is no RAW column");
        }

        foreach (var (name, raw) in renamed)
        {
            CustomNames.Check("RAW column", raw, int.MaxValue, maxBytes: int.MaxValue);
            if (Columns.FirstOrDefault(column => column.Name != name && column.Field == raw) is { } other)
            {
                throw new PgException(
                    SqlState.DuplicateColumn,
                    $"columns \"{name}\" and \"{other.Name}\" of table \"{Tablename}\" are both RAW column \"{raw}\"",
                    hint: "Give one of them another name or another RAW column.");
            }
        }
    }

    private static KeyValuePair<string, PgWire.Types.ColumnType> Typed(DeclaredColumn column) =>
        CustomColumnTypes.TryParse(column.Type, out var type)
            ? new(column.Name, type)
            : throw new PgException(
                SqlState.InvalidTableDefinition,
                $"column \"{column.Name}\" has type {column.Type}, which is none of {string.Join(", ", CustomColumnTypes.Names)}");
}

/// <summary>A column of a custom table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">One of <see cref="CustomColumnTypes.Names"/>.</param>
/// <param name="NotNull">A write without a value is refused. Rows that others have written may lack it all the same.</param>
/// <param name="RawColumn">The RAW column; null if it has the same name.</param>
public sealed record DeclaredColumn(string Name, string Type, bool NotNull = false, string? RawColumn = null)
{
    /// <summary>The RAW column.</summary>
    [JsonIgnore]
    public string Field => RawColumn ?? Name;

    /// <summary>The same under the name <paramref name="name"/>, over the RAW column <paramref name="field"/>.</summary>
    public DeclaredColumn Over(string name, string field) => this with { Name = name, RawColumn = field == name ? null : field };
}
