using System.Buffers;
using System.Text.Json;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;

namespace Sluice.Gateway.Sessions;

/// <summary>The rows of a write as RETURNING sees them.</summary>
internal sealed class ReturnedRows(TableDefinition table, WriteResult result)
{
    private readonly RowJson _json = new(table);

    /// <summary>The bodies of the DataRow messages of one execution.</summary>
    public async ValueTask<IReadOnlyList<byte[]>> OfAsync(EngineLink engine, Execution execution)
    {
        var (start, length) = execution.Within(result.Returned, static row => row.Origin);
        List<ReturnedRow> rows = [.. result.Returned.Skip(start).Take(length)];
        return length == 0 ? [] : await execution.Statement.Returning!.RowsAsync(engine, Text(rows), execution.Portal);
    }

    /// <summary>The bodies of the DataRow messages of all rows.</summary>
    public async ValueTask<IReadOnlyList<byte[]>> AllAsync(EngineLink engine, OwnReturning returning, OwnPortal? portal) =>
        result.Returned.Count == 0 ? [] : await returning.RowsAsync(engine, Text(result.Returned), portal);

    private ReadOnlyMemory<byte> Text(IReadOnlyList<ReturnedRow> rows)
    {
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions);
        json.WriteStartArray();
        foreach (var row in rows)
        {
            if (row.IsEcho)
            {
                json.WriteRawValue(row.Item.Span, skipInputValidation: true);
                continue;
            }

            using var item = JsonDocument.Parse(row.Item);
            _json.Write(json, new CdfRow(item.RootElement));
        }

        json.WriteEndArray();
        json.Flush();
        return text.WrittenMemory;
    }
}
