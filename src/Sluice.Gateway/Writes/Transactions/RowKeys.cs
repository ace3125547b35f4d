using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// How the rows of a plan name what they write to: by a hash that is the same whichever statement names the row, as long as it names it in the
/// same way. Used by one thread at a time.
/// </summary>
internal sealed class RowKeys
{
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly byte[] _prefix;
    private readonly int[] _natural;
    private readonly int _externalId = -1;
    private readonly int _id = -1;
    private readonly int _renamed = -1;
    private readonly int _part = -1;

    private RowKeys(WritePlan plan)
    {
        var table = plan.Table;
        Scope = ScopeOf(table);
        AreOfMany = table.Kind is TableKind.DoubleDatapoints or TableKind.StringDatapoints;
        _prefix = table is { RawDatabase: { } database, RawTable: { } rawTable }
            ? Join(Encoding.UTF8.GetBytes(Scope), Encoding.UTF8.GetBytes(database), Encoding.UTF8.GetBytes(rawTable))
            : Join(Encoding.UTF8.GetBytes(Scope));
        _natural = [];
        if (HasIdentities(table))
        {
            _externalId = IndexOf(plan, "external_id");
            _id = IsOfOwner(table) || plan.UpdatesById || plan.Verb is WriteVerb.Update or WriteVerb.Delete ? IndexOf(plan, "id") : -1;
            _part = table.Kind == TableKind.SequenceRows ? IndexOf(plan, "row_number") : -1;
            _renamed = plan.Verb == WriteVerb.Update ? plan.IndexOf("external_id") : -1;
            if (plan.UpdatesById)
            {
                _renamed = plan.ConflictColumns.Any(column => column.Name == "external_id") ? _externalId : -1;
                _externalId = -1;
            }
        }
        else if (table.Insert != InsertEffect.Appends)
        {
            int[] columns = [.. table.PrimaryKey.Select(name => IndexOf(plan, name))];
            _natural = Array.TrueForAll(columns, index => index >= 0) ? columns : [];
        }
    }

    /// <summary>Keys of different scopes have nothing to do with each other.</summary>
    public string Scope { get; }

    /// <summary>The position of the column by which rows are named in messages, or -1.</summary>
    public int Column => _externalId >= 0 ? _externalId : _id >= 0 ? _id : _natural.LastOrDefault(-1);

    /// <summary>A key stands for many rows, of which nothing is known by themselves: the data points of a series.</summary>
    public bool AreOfMany { get; }

    /// <summary>Rows of the plan may name one more key: the external id that they are to have.</summary>
    public bool Renames => _renamed >= 0;

    public static RowKeys Of(WritePlan plan) => new(plan);

    /// <summary>What the table's keys are unique in: several tables may show the same resource.</summary>
    public static string ScopeOf(TableDefinition table) => table.Kind switch
    {
        TableKind.DoubleDatapoints or TableKind.StringDatapoints => "datapoints",
        TableKind.RawRows or TableKind.CustomRawRows or TableKind.RawTables => "raw",
        TableKind.Nodes or TableKind.Edges => "instances",
        _ => table.Name,
    };

    /// <summary>What goes with a row of the table when it is deleted; <see langword="null"/> if nothing does.</summary>
    public static string? OwnedScopeOf(TableDefinition table) => table.Kind switch
    {
        TableKind.TimeSeries => "datapoints",
        TableKind.Sequences => "sequence_rows",
        TableKind.RawTables => "raw",
        _ => null,
    };

    /// <summary>The hash of the row's key; <see langword="false"/> if it has none, because CDF will make it.</summary>
    public bool TryGet(RowBatch batch, int row, out UInt128 hash, out KeyKind kind)
    {
        Begin();
        if (_id >= 0 && !batch.Columns[_id].IsNull(row))
        {
            kind = KeyKind.Id;
            Span<byte> id = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(id, ((FixedColumn<long>)batch.Columns[_id]).Values[row]);
            Add(id);
        }
        else if (_externalId >= 0)
        {
            kind = KeyKind.ExternalId;
            if (batch.Columns[_externalId].IsNull(row))
            {
                hash = default;
                return false;
            }

            Add(((VariableColumn)batch.Columns[_externalId])[row]);
        }
        else
        {
            kind = KeyKind.Natural;
            foreach (var index in _natural)
            {
                AddText(batch.Columns[index], row);
            }

            if (_natural.Length == 0)
            {
                hash = default;
                return false;
            }
        }

        if (_part >= 0)
        {
            AddText(batch.Columns[_part], row);
        }

        _key.Write([(byte)kind]);
        hash = KeyHash.Long(_key.WrittenSpan);
        return true;
    }

    /// <summary>The hash of the external id that an UPDATE gives to the row; <see langword="false"/> if it gives none.</summary>
    public bool TryGetNewName(RowBatch batch, int row, out UInt128 hash)
    {
        hash = default;
        if (_renamed < 0 || batch.Columns[_renamed].IsNull(row))
        {
            return false;
        }

        Begin();
        Add(((VariableColumn)batch.Columns[_renamed])[row]);
        _key.Write([(byte)KeyKind.ExternalId]);
        hash = KeyHash.Long(_key.WrittenSpan);
        return true;
    }

    /// <summary>The key as CDF is asked for it.</summary>
    public CdfIdentity IdentityOf(RowBatch batch, int row) => _id >= 0 && !batch.Columns[_id].IsNull(row)
        ? new CdfIdentity(Id: ((FixedColumn<long>)batch.Columns[_id]).Values[row])
        : new CdfIdentity(ExternalId: Encoding.UTF8.GetString(((VariableColumn)batch.Columns[Column])[row]));

    /// <summary>Its rows are named by the id or external id of what they belong to.</summary>
    private static bool IsOfOwner(TableDefinition table) => table.Kind is TableKind.DoubleDatapoints or TableKind.StringDatapoints or TableKind.SequenceRows;

    /// <summary>Its rows, or what they belong to, have an id that CDF makes and an external id.</summary>
    private static bool HasIdentities(TableDefinition table) => !table.IsCustom && table.Insert != InsertEffect.Appends
        && table.FindColumn("id") is not null && table.FindColumn("external_id") is not null;

    private static int IndexOf(WritePlan plan, string name) =>
        plan.Verb is WriteVerb.Update or WriteVerb.Delete ? plan.KeyIndexOf(name) : plan.IndexOf(name);

    private static byte[] Join(params byte[][] parts) =>
        [.. parts.SelectMany(part => BitConverter.GetBytes(part.Length).Concat(part))];

    private void Begin()
    {
        _key.ResetWrittenCount();
        _key.Write(_prefix);
    }

    private void Add(ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_key.GetSpan(sizeof(int)), part.Length);
        _key.Advance(sizeof(int));
        _key.Write(part);
    }

    /// <summary>A value of another type is a key by its text, as for RAW.</summary>
    private void AddText(Column column, int row)
    {
        if (column is VariableColumn texts)
        {
            Add(texts[row]);
            return;
        }

        _text.ResetWrittenCount();
        if (!column.IsNull(row))
        {
            column.WriteValueText(row, _text);
        }

        Add(_text.WrittenSpan);
    }
}
