using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Gateway.Writes.Changes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// What UPDATE and DELETE of items have in common: each row names an item by its id or its external id, a request names none twice, and
/// one that is not there makes CDF refuse the whole and say which (CDF API, "Bulk conventions").
/// </summary>
internal abstract class KeyedItems : BatchEncoder
{
    /// <summary>Most items of an update or a delete.</summary>
    private const int MaxItems = 1_000;

    /// <summary>The largest whole number that JSON carries for everyone.</summary>
    private const long MaxId = (1L << 53) - 1;

    /// <summary>Most characters of an external id.</summary>
    private const int MaxKeyLength = 255;

    private readonly KeyTable _keys = new();

    // Hashes of the external ids that rows of the open request give to their items.
    private readonly HashSet<ulong> _names = [];
    private readonly string _scope;
    private readonly int _key;
    private readonly int _newName = -1;
    private readonly bool _byId;

    protected KeyedItems(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        Api = ItemResources.Of(context.Client, plan.Table);
        _scope = Scope(plan.Table.NameInVersion2);
        _key = plan.KeyIndex;
        _byId = plan.Columns[_key].Name == "id";
        foreach (var index in plan.SetIndexes)
        {
            _newName = plan.Columns[index].Name == "external_id" ? index : _newName;
        }
    }

    public override bool AnswersWithItems => true;

    public override int BatchRows => MaxItems;

    protected Cdf.Resources.ItemsApi Api { get; }

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        Forget();
        var items = new JsonBatch(Plan.Columns[_key].Name);
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                if (!CanExist(batch, row))
                {
                    if (Plan.UpdatesById)
                    {
                        // Of an INSERT each row is wanted, and without an id CDF would have to make one.
                        throw Errors.At(
                            batch,
                            row,
                            _key,
                            SqlState.FeatureNotSupported,
                            "a row without an id cannot be inserted with ON CONFLICT (id)",
                            hint: "Insert new rows by a statement of their own.");
                    }

                    LeaveOut(batch, row);
                    continue;
                }

                if (items.Items == MaxItems || items.Size > Context.Limits.MaxBodyBytes || Comes(batch, row))
                {
                    requests.Add(Close(items));
                    items = new JsonBatch(Plan.Columns[_key].Name);
                    Forget();
                }

                Note(batch, row, items);
                WriteItem(items.Json, batch, row, items);
                items.EndItem(batch.OriginOf(row));
            }

            if (items.Items > 0)
            {
                requests.Add(Close(items));
            }
            else
            {
                items.Dispose();
            }
        }
        catch
        {
            items.Dispose();
            throw;
        }
    }

    protected void WriteKey(Utf8JsonWriter json, RowBatch batch, int row)
    {
        if (_byId)
        {
            json.WriteNumber("id"u8, ((FixedColumn<long>)batch.Columns[_key]).Values[row]);
        }
        else
        {
            json.WriteString("externalId"u8, ((VariableColumn)batch.Columns[_key])[row]);
        }
    }

    /// <summary>Writes the item for a row, an object.</summary>
    protected abstract void WriteItem(Utf8JsonWriter json, RowBatch batch, int row, JsonBatch items);

    /// <summary>The request for a complete body.</summary>
    protected abstract CdfRequest Request(JsonBatch items);

    private ReadOnlySpan<byte> KeyOf(RowBatch batch, int row) => _byId
        ? MemoryMarshal.AsBytes(((FixedColumn<long>)batch.Columns[_key]).Values.Slice(row, 1))
        : ((VariableColumn)batch.Columns[_key])[row];

    /// <summary>Whether an item can have this key: nothing equals NULL, and CDF refuses to be asked for keys that it would not take.</summary>
    private bool CanExist(RowBatch batch, int row)
    {
        if (batch.Columns[_key].IsNull(row))
        {
            return false;
        }

        if (_byId)
        {
            return ((FixedColumn<long>)batch.Columns[_key]).Values[row] is > 0 and <= MaxId;
        }

        var key = ((VariableColumn)batch.Columns[_key])[row];
        return key.Length > 0 && (key.Length <= MaxKeyLength || Fields.Utf8Length.Of(key) <= MaxKeyLength);
    }

    private void Forget()
    {
        _keys.Clear();
        _names.Clear();
    }

    /// <summary>
    /// The row belongs to a request of its own, after the open one: its key stands there already, perhaps as the new name of an item, or its new name
    /// is one that an item has there. CDF looks for all keys of a request before it changes anything.
    /// </summary>
    private bool Comes(RowBatch batch, int row)
    {
        var key = KeyOf(batch, row);
        var keys = new RowKeys(this, batch);
        if (_keys.TryFind(key, keys, out _))
        {
            return true;
        }

        return !_byId && (_names.Contains(KeyHash.Of(key)) || (TryGetNewName(batch, row, out var name) && _keys.TryFind(name, keys, out _)));
    }

    private bool TryGetNewName(RowBatch batch, int row, out ReadOnlySpan<byte> name)
    {
        var renames = _newName >= 0 && !batch.Columns[_newName].IsNull(row);
        name = renames ? ((VariableColumn)batch.Columns[_newName])[row] : default;
        return renames;
    }

    private void Note(RowBatch batch, int row, JsonBatch items)
    {
        var ordinal = _keys.Add(KeyOf(batch, row), row, new RowKeys(this, batch));
        items.Hold(_keys.HashOf(ordinal));
        if (TryGetNewName(batch, row, out var name))
        {
            // The item is known by its new name before CDF has answered.
            var hash = KeyHash.Of(name);
            items.Hold(hash);
            _names.Add(hash);
        }

        if (_byId)
        {
            items.Keys.Add(((FixedColumn<long>)batch.Columns[_key]).Values[row], batch.OriginOf(row));
        }
        else
        {
            items.Keys.Add(KeyOf(batch, row), batch.OriginOf(row));
        }
    }

    private EncodedWrite Close(JsonBatch items) => new(items.Body)
    {
        Request = Request(items),
        Preparation = Plan is { Verb: WriteVerb.Delete, ReturnsRows: true } ? new ItemsToDelete() : null,
        Plan = Plan,
        Items = items.Spans,
        Rows = items.Rows,
        Claim = FenceClaim.Whole(_scope, _byId ? KeyKind.Id : KeyKind.ExternalId, items.HeldKeys()),
        Keys = items.Keys,
    };

    private readonly struct RowKeys(KeyedItems owner, RowBatch batch) : IKeySource
    {
        public ReadOnlySpan<byte> KeyOf(int row) => owner.KeyOf(batch, row);
    }
}
