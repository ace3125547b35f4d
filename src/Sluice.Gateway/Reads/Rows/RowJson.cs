using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.Rows;

/// <summary>
/// Writes rows of a CDF table as JSON objects that <c>json_populate_recordset(NULL::public.assets, …)</c> reads: the columns by their names, JSON columns
/// as they are, all others as strings of PostgreSQL's text, which its input functions take. Not safe for use by several at once.
/// </summary>
internal sealed class RowJson
{
    private readonly RowReader _reader;
    private readonly JsonEncodedText[] _names;

    /// <summary>Writes rows of <paramref name="table"/>.</summary>
    public RowJson(TableDefinition table)
    {
        Table = table;
        _reader = new RowReader(table);
        _names = [.. table.Columns.Select(column => JsonEncodedText.Encode(column.Name))];
    }

    /// <summary>The table.</summary>
    public TableDefinition Table { get; }

    /// <summary>How many values of RAW columns did not fit their column's type, and so are NULL.</summary>
    public long Unfit => _reader.Unfit;

    /// <summary>Writes <paramref name="row"/> as an object; columns that are NULL are left out.</summary>
    /// <exception cref="PgWire.Protocol.PgException">As <see cref="RowReader.TryRead"/>.</exception>
    public void Write(Utf8JsonWriter json, in CdfRow row)
    {
        json.WriteStartObject();
        for (var ordinal = 0; ordinal < _names.Length; ordinal++)
        {
            if (_reader.TryRead(row, ordinal, out var text))
            {
                WriteColumn(json, ordinal, text);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// Writes the column with <paramref name="ordinal"/>, which is <paramref name="text"/> as PostgreSQL prints it, as a member of an open object: for rows
    /// that are echoed as they were written.
    /// </summary>
    public void WriteColumn(Utf8JsonWriter json, int ordinal, ReadOnlySpan<byte> text)
    {
        json.WritePropertyName(_names[ordinal]);
        var type = Table.Columns[ordinal].Type.Type;
        if (type == PgType.Json || type == PgType.Jsonb)
        {
            json.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(text);
        }
    }
}
