using System.Text;
using System.Text.Json;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>Rows of any RAW tables, their columns given as one JSON object. A batch has one or more requests for each RAW table in it.</summary>
internal sealed class RawRowsEncoder : RawEncoder
{
    private readonly Dictionary<(string Database, string Table), List<int>> _rowsOf = [];
    private readonly ObjectField _columns;
    private readonly int _database;
    private readonly int _table;
    private readonly int _key;

    public RawRowsEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        _database = plan.IndexOf("_raw_database");
        _table = plan.IndexOf("_raw_table");
        _key = plan.IndexOf("_raw_key");
        var columns = plan.IndexOf("_raw_columns");
        _columns = new ObjectField(plan.Columns[columns], columns);
    }

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var keys = new TextKeys((VariableColumn)batch.Columns[_key]);
        GroupByTable(batch);
        foreach (var (target, rows) in _rowsOf)
        {
            EncodeTable(batch, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows), target, keys, _key, requests);
        }
    }

    protected override void WriteColumns(Utf8JsonWriter json, RowBatch batch, int row) => _columns.Write(json, batch, row, Errors);

    private void GroupByTable(RowBatch batch)
    {
        _rowsOf.Clear();
        var databases = (VariableColumn)batch.Columns[_database];
        var tables = (VariableColumn)batch.Columns[_table];
        List<int>? rows = null;
        for (var row = 0; row < batch.Count; row++)
        {
            // Rows of one table mostly come together.
            if (rows is null || !databases[row].SequenceEqual(databases[row - 1]) || !tables[row].SequenceEqual(tables[row - 1]))
            {
                rows = RowsOf(Name(batch, row, _database, databases), Name(batch, row, _table, tables));
            }

            rows.Add(row);
        }
    }

    private List<int> RowsOf(string database, string table)
    {
        if (!_rowsOf.TryGetValue((database, table), out var rows))
        {
            rows = [];
            _rowsOf.Add((database, table), rows);
        }

        return rows;
    }

    private string Name(RowBatch batch, int row, int index, VariableColumn column) => column[row].IsEmpty
        ? throw Errors.At(batch, row, index, PgWire.Protocol.SqlState.InvalidParameterValue, $"column \"{Plan.Columns[index].Name}\" must not be empty")
        : Encoding.UTF8.GetString(column[row]);
}
