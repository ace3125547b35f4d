using System.Buffers;
using System.Runtime.InteropServices;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Rows of sequences, as <c>{"externalId":"s","columns":["a"],"rows":[{"rowNumber":0,"values":[1]}]}</c>: rows of one sequence that have the same
/// columns go together. Of rows with one number and the same columns the last one stays, as CDF would keep it; a row that has cells in common with an
/// earlier one of other columns is sent after it.
/// </summary>
internal sealed class SequenceRowsEncoder : BatchEncoder
{
    private readonly SequenceValuesField _values;
    private readonly int _externalId;
    private readonly int _id;
    private readonly int _rowNumber;
    private readonly int _columns;
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly Dictionary<GroupKey, SequenceRowGroup> _groups = [];

    // The groups of each sequence by the hash of its key, in the order in which they are sent.
    private readonly Dictionary<ulong, List<SequenceRowGroup>> _bySequence = [];
    private bool _byId;
    private long _replaced;

    public SequenceRowsEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _externalId = plan.IndexOf("external_id");
        _id = plan.IndexOf("id");
        _rowNumber = plan.IndexOf("row_number");
        _columns = plan.IndexOf("columns");
        var values = plan.IndexOf("values");
        _values = new SequenceValuesField(plan.Columns[values], values, _columns);
    }

    public override int BatchRows => Cdf.Resources.SequenceRowsApi.MaxRowsPerInsert;

    public override IEnumerable<PgError> Notices()
    {
        if (_replaced > 0)
        {
            yield return new PgError
            {
                Severity = PgSeverity.Notice,
                SqlState = SqlState.SuccessfulCompletion,
                Message = $"{_replaced} {(_replaced == 1 ? "row" : "rows")} had the number of a later row and gave way to it",
            };
        }
    }

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        Forget();
        using var open = new SequenceRowRequests(Plan, Context.Limits.MaxBodyBytes, Scope("sequence_rows"), requests);
        for (var row = 0; row < batch.Count; row++)
        {
            RequireRowNumber(batch, row);
            var number = ((FixedColumn<long>)batch.Columns[_rowNumber]).Values[row];
            var group = GroupOf(batch, row);
            if (group.ById != _byId || MustFollow(group, number))
            {
                WriteAll(batch, open);
                group = GroupOf(batch, row);
            }

            _byId = group.ById;
            if (group.Add(number, row) is >= 0 and var replaced)
            {
                _replaced++;
                NoteReplaced(batch, replaced, by: row);
            }
        }

        WriteAll(batch, open);
    }

    private void Forget()
    {
        _groups.Clear();
        _bySequence.Clear();
    }

    /// <summary>A row with this number has cells in common with one of the group's, and would be sent after it though it came before.</summary>
    private bool MustFollow(SequenceRowGroup group, long number)
    {
        var groups = _bySequence[KeyHash.Of(group.Key)];
        for (var i = groups.Count - 1; groups[i] != group; i--)
        {
            if (groups[i].Has(number) && groups[i].Columns.Intersect(group.Columns, StringComparer.Ordinal).Any())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends the requests for all groups; later rows are sent after these.</summary>
    private void WriteAll(RowBatch batch, SequenceRowRequests open)
    {
        foreach (var group in _groups.Values)
        {
            Write(batch, group, open);
        }

        open.CloseAll();
        Forget();
    }

    private void Write(RowBatch batch, SequenceRowGroup group, SequenceRowRequests open)
    {
        var numbers = ((FixedColumn<long>)batch.Columns[_rowNumber]).Values;
        foreach (var (row, count) in group.Rows)
        {
            var json = open.BeginRow(group, numbers[row], batch.OriginOf(row), count);
            json.WriteStartObject();
            json.WriteNumber("rowNumber"u8, numbers[row]);
            json.WritePropertyName("values"u8);
            _values.Write(json, batch, row, Errors);
            json.WriteEndObject();
        }
    }

    private void RequireRowNumber(RowBatch batch, int row)
    {
        if (((FixedColumn<long>)batch.Columns[_rowNumber]).Values[row] < 0)
        {
            throw Errors.At(batch, row, _rowNumber, SqlState.NumericValueOutOfRange, "value out of range for column \"row_number\"", hint: "CDF takes at least 0.");
        }
    }

    /// <summary>The group of the row's sequence and columns.</summary>
    private SequenceRowGroup GroupOf(RowBatch batch, int row)
    {
        var byId = _id >= 0 && !batch.Columns[_id].IsNull(row);
        _key.ResetWrittenCount();
        if (byId)
        {
            _key.Write(MemoryMarshal.AsBytes(((FixedColumn<long>)batch.Columns[_id]).Values.Slice(row, 1)));
        }
        else
        {
            _key.Write(((VariableColumn)batch.Columns[_externalId])[row]);
        }

        var length = _key.WrittenCount;
        batch.Columns[_columns].WriteValueBinary(row, _key);
        var hash = KeyHash.Of(_key.WrittenSpan);
        for (var probe = new GroupKey(byId, hash, 0); ; probe = probe with { Probe = probe.Probe + 1 })
        {
            if (!_groups.TryGetValue(probe, out var group))
            {
                group = new SequenceRowGroup(byId, _key.WrittenSpan.ToArray(), length, ColumnNames(batch, row));
                _groups.Add(probe, group);
                var sequence = KeyHash.Of(group.Key);
                if (!_bySequence.TryGetValue(sequence, out var groups))
                {
                    groups = [];
                    _bySequence.Add(sequence, groups);
                }

                groups.Add(group);
                return group;
            }

            if (group.Is(_key.WrittenSpan, length))
            {
                return group;
            }
        }
    }

    private string[] ColumnNames(RowBatch batch, int row)
    {
        var arrays = (ArrayColumn)batch.Columns[_columns];
        var (start, length) = arrays[row];
        if (length is 0 or > Cdf.Resources.SequenceRowsApi.MaxColumns)
        {
            throw Errors.At(
                batch,
                row,
                _columns,
                SqlState.InvalidParameterValue,
                $"column \"columns\" has {length} elements",
                hint: $"CDF takes 1 to {Cdf.Resources.SequenceRowsApi.MaxColumns} columns of a sequence at a time.");
        }

        var names = new string[length];
        for (var i = 0; i < length; i++)
        {
            names[i] = arrays.Elements.IsNull(start + i)
                ? throw Errors.At(batch, row, _columns, SqlState.InvalidParameterValue, "column \"columns\" must not have NULL in it")
                : System.Text.Encoding.UTF8.GetString(((VariableColumn)arrays.Elements)[start + i]);
        }

        return names.Distinct(StringComparer.Ordinal).Count() == length
            ? names
            : throw Errors.At(batch, row, _columns, SqlState.InvalidParameterValue, "column \"columns\" names a column twice");
    }

    /// <summary>Hash of a group, and a number that tells groups of one hash apart.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct GroupKey(bool ById, ulong Hash, int Probe);
}
