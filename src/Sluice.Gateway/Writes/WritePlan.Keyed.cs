using System.Buffers;
using System.Collections.Immutable;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>Plans of UPDATE and DELETE by key, and what a plan knows of its key.</summary>
public sealed partial record WritePlan
{
    /// <summary>The column that names a row in messages, by its position in a row, or -1.</summary>
    public int KeyIndex => UpdatesById
        ? IndexOf("id")
        : Verb is WriteVerb.Update or WriteVerb.Delete
        ? SetColumns
        : Math.Max(-1, new[] { "external_id", "id", Table.PrimaryKey.LastOrDefault() }.Where(name => name is not null).Select(name => IndexOf(name!)).FirstOrDefault(index => index >= 0, -1));

    /// <summary>The positions in a row of the values that an update sets.</summary>
    public IEnumerable<int> SetIndexes => UpdatesById ? ConflictColumns.Select(column => IndexOf(column.Name)) : Enumerable.Range(0, SetColumns);

    /// <summary>The columns that UPDATE and DELETE find a row by.</summary>
    public ImmutableArray<ColumnDefinition> KeyColumns => Verb is WriteVerb.Update or WriteVerb.Delete ? Columns[SetColumns..] : [];

    /// <summary>UPDATE: each row has the values to set, and then the key.</summary>
    /// <exception cref="PgException">55000 a table that can only be read; 428C9 a column that CDF makes; 0A000 one that CDF cannot change; 42601 a column set twice.</exception>
    public static WritePlan ForUpdate(TableDefinition table, ImmutableArray<ColumnDefinition> set, ImmutableArray<ColumnDefinition> key)
    {
        table.RequireWritable();
        foreach (var (column, index) in set.Select((column, index) => (column, index)))
        {
            CheckUpdatable(table, column);
            if (set.IndexOf(column) != index)
            {
                throw new PgException(SqlState.SyntaxError, $"multiple assignments to same column \"{column.Name}\"");
            }
        }

        var indexes = new int[table.Columns.Length];
        Array.Fill(indexes, -1);
        for (var i = 0; i < set.Length; i++)
        {
            indexes[table.OrdinalOf(set[i].Name)] = i;
        }

        return new WritePlan(table, WriteVerb.Update, [.. set, .. key], indexes, key.Length) { SetColumns = set.Length };
    }

    /// <summary>DELETE: each row is a key.</summary>
    /// <exception cref="PgException">55000 a table that can only be read; 0A000 one whose rows CDF cannot delete.</exception>
    public static WritePlan ForDelete(TableDefinition table, ImmutableArray<ColumnDefinition> key)
    {
        table.RequireWritable();
        if (table.Capabilities.Delete is null)
        {
            throw new PgException(SqlState.FeatureNotSupported, $"rows of CDF table \"{table.Name}\" cannot be deleted", hint: "CDF has no call for it.");
        }

        var indexes = new int[table.Columns.Length];
        Array.Fill(indexes, -1);
        return new WritePlan(table, WriteVerb.Delete, key, indexes, key.Length);
    }

    /// <summary>The position of the key column called <paramref name="name"/> in a row of UPDATE or DELETE, or -1.</summary>
    public int KeyIndexOf(string name)
    {
        for (var i = SetColumns; i < Columns.Length; i++)
        {
            if (Columns[i].Name == name || Columns[i].NameInVersion2 == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether rows of <paramref name="other"/> can be part of the same write.</summary>
    public bool IsSameAs(WritePlan other) => ReferenceEquals(this, other)
        || (Table == other.Table && Verb == other.Verb && SetColumns == other.SetColumns && ReturnsRows == other.ReturnsRows
            && Conflict == other.Conflict && LaterWins == other.LaterWins && ConflictKey.SequenceEqual(other.ConflictKey) && Columns.SequenceEqual(other.Columns) && ConflictColumns.SequenceEqual(other.ConflictColumns));

    /// <summary>The position in a row of a column that belongs to the key, or that INSERT gives; -1 if there is none.</summary>
    public int PositionOf(string name) => Verb is WriteVerb.Update or WriteVerb.Delete ? KeyIndexOf(name) : IndexOf(name);

    /// <summary>Whether RETURNING names only columns whose values are those that the statement gives, whatever CDF has.</summary>
    public bool ReturnsOnlyGiven
    {
        get
        {
            var isKeyed = Verb is WriteVerb.Update or WriteVerb.Delete;
            var given = Conflict == ConflictAction.Update
                ? ConflictColumns.Select(column => column.Name).Concat(ConflictKey).ToList()
                : Columns.Where(column => isKeyed || column.IsWritable).Select(column => column.Name).ToList();
            return !ReturnedColumns.IsDefault && ReturnedColumns.All(returned => given.FindAll(name => name == returned).Count == 1);
        }
    }

    /// <summary>The key of a row, for messages; none if CDF makes it.</summary>
    internal WriteKeys KeysOf(RowBatch batch, int row)
    {
        var keys = new WriteKeys(KeyIndex < 0 ? string.Empty : Columns[KeyIndex].Name);
        if (KeyIndex >= 0 && !batch.Columns[KeyIndex].IsNull(row))
        {
            var text = new ArrayBufferWriter<byte>();
            batch.Columns[KeyIndex].WriteValueText(row, text);
            keys.Add(text.WrittenSpan, batch.OriginOf(row));
        }

        return keys;
    }

    /// <summary>The plan as the session's settings complete it: <c>sluice.on_conflict</c> is for the tables that create.</summary>
    public WritePlan Under(WriteSettings settings) =>
        Conflict is not null || Verb is not (WriteVerb.Insert or WriteVerb.Copy) || Table.Insert != InsertEffect.Creates
        ? this
        : this with
        {
            Conflict = settings.OnConflict,
            LaterWins = settings.OnConflict == ConflictAction.Update,
            ConflictColumns = [.. Columns.Where(column => column.IsWritable && column.Updatable && column.Name != "external_id")],
        };

    /// <summary>Refuses a column that UPDATE cannot set.</summary>
    /// <exception cref="PgException">428C9 or 0A000.</exception>
    internal static void CheckUpdatable(TableDefinition table, ColumnDefinition column)
    {
        if (!column.IsWritable)
        {
            throw new PgException(
                SqlState.GeneratedAlways,
                $"column \"{column.Name}\" can only be updated to DEFAULT",
                detail: column.Role == ColumnRole.Identity
                    ? $"Column \"{column.Name}\" is an identity column defined as GENERATED ALWAYS."
                    : $"Column \"{column.Name}\" is a generated column.");
        }

        if (!column.Updatable)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"column \"{column.Name}\" of CDF table \"{table.Name}\" cannot be changed",
                hint: "CDF has no call for it. DELETE the row and INSERT it again.");
        }
    }
}
