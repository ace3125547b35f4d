using System.Collections.Frozen;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tables;

/// <summary>What PostgreSQL and the tables API ask of the names in a user's own table.</summary>
internal static class CustomNames
{
    /// <summary>PostgreSQL cuts longer names.</summary>
    private const int MaxNameBytes = 63;

    /// <summary>The tables API's bound.</summary>
    private const int MaxTableNameCharacters = 60;

    private const int MaxColumns = 1_600;

    /// <summary>Names that every table has.</summary>
    public static FrozenSet<string> SystemColumns { get; } =
        FrozenSet.ToFrozenSet(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"], StringComparer.Ordinal);

    /// <summary>Refuses what cannot be the name of a table.</summary>
    /// <exception cref="PgException">42602, 42622; 42939 the name of a built-in table.</exception>
    public static void CheckTable(string name)
    {
        Check("table", name, MaxTableNameCharacters);
        if (BuiltInTables.ReservedNames.Contains(name))
        {
            throw Reserved(name);
        }
    }

    /// <summary>The name is that of a built-in table.</summary>
    public static PgException Reserved(string name) =>
        new(SqlState.ReservedName, $"table name \"{name}\" is reserved for a built-in table", hint: "Choose another name.");

    /// <summary>Refuses columns that a table cannot have.</summary>
    /// <exception cref="PgException">42602, 42622, 42701, 54011.</exception>
    public static void CheckColumns(string table, IReadOnlyCollection<ColumnDefinition> columns)
    {
        if (columns.Count > MaxColumns)
        {
            throw new PgException(SqlState.TooManyColumns, $"table \"{table}\" has {columns.Count} columns; at most {MaxColumns} are possible");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            Check("column", column.Name, int.MaxValue);
            if (SystemColumns.Contains(column.Name))
            {
                throw new PgException(SqlState.DuplicateColumn, $"column name \"{column.Name}\" conflicts with a system column name");
            }

            if (!seen.Add(column.Name))
            {
                throw new PgException(SqlState.DuplicateColumn, $"column \"{column.Name}\" specified more than once");
            }
        }
    }

    /// <summary>Refuses a name that is empty or too long, or that has a zero character.</summary>
    /// <exception cref="PgException">42602, 42622.</exception>
    public static void Check(string what, string name, int maxCharacters, int maxBytes = MaxNameBytes)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new PgException(SqlState.InvalidName, $"{what} name \"{name.Replace("\0", "\\0", StringComparison.Ordinal)}\" is not valid");
        }

        if (name.EnumerateRunes().Count() > maxCharacters)
        {
            throw new PgException(SqlState.NameTooLong, $"{what} name \"{name}\" is longer than {maxCharacters} characters");
        }

        if (Encoding.UTF8.GetByteCount(name) > maxBytes)
        {
            throw new PgException(SqlState.NameTooLong, $"{what} name \"{name}\" is longer than {maxBytes} bytes");
        }
    }
}
