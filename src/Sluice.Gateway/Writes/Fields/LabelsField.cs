using System.Buffers;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>
/// Labels, in the forms that people write: <c>["a","b"]</c>, <c>[{"externalId":"a"}]</c>, or a PostgreSQL array <c>{a,b}</c>. CDF gets references.
/// </summary>
internal sealed class LabelsField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    private readonly ArrayBufferWriter<byte> _label = new();

    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var text = ((VariableColumn)batch.Columns[Index])[row].Trim(" \t\r\n"u8);
        json.WriteStartArray();
        var count = 0;
        if (text is [(byte)'{', .., (byte)'}'])
        {
            count = WriteArray(json, text[1..^1], batch, row, errors);
        }
        else
        {
            var reader = new Utf8JsonReader(text, JsonText.ReaderOptions);
            try
            {
                count = WriteList(json, ref reader, batch, row, errors);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw Malformed(batch, row, errors);
            }
        }

        json.WriteEndArray();
        if (count > Definition.Limits.MaxItems)
        {
            throw errors.TooLong(batch, row, Index, $"{count} labels, CDF takes {Definition.Limits.MaxItems}");
        }
    }

    private int WriteList(Utf8JsonWriter json, ref Utf8JsonReader reader, RowBatch batch, int row, RowErrors errors)
    {
        var count = 0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw Malformed(batch, row, errors);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadReference(ref reader, batch, row, errors);
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                JsonText.Unescape(ref reader, _label);
            }
            else
            {
                throw Malformed(batch, row, errors);
            }

            WriteLabel(json, _label.WrittenSpan, batch, row, errors);
            count++;
        }

        if (reader.Read())
        {
            throw Malformed(batch, row, errors);
        }

        return count;
    }

    private void ReadReference(ref Utf8JsonReader reader, RowBatch batch, int row, RowErrors errors)
    {
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isExternalId = reader.ValueTextEquals("externalId"u8);
            reader.Read();
            if (isExternalId && reader.TokenType == JsonTokenType.String)
            {
                JsonText.Unescape(ref reader, _label);
                found = true;
            }
            else
            {
                reader.Skip();
            }
        }

        if (!found)
        {
            throw Malformed(batch, row, errors);
        }
    }

    /// <summary>The elements of <c>{a,"b c"}</c>, with PostgreSQL's quotes and backslashes (manual, 8.15.2).</summary>
    private int WriteArray(Utf8JsonWriter json, ReadOnlySpan<byte> elements, RowBatch batch, int row, RowErrors errors)
    {
        var count = 0;
        while (!elements.Trim((byte)' ').IsEmpty)
        {
            elements = elements.TrimStart((byte)' ');
            var quoted = elements[0] == '"';
            _label.ResetWrittenCount();
            var i = quoted ? 1 : 0;
            while (i < elements.Length && elements[i] != (quoted ? '"' : ','))
            {
                i += elements[i] == '\\' && i + 1 < elements.Length ? 1 : 0;
                _label.Write(elements.Slice(i++, 1));
            }

            var rest = quoted && i < elements.Length ? elements[(i + 1)..].TrimStart((byte)' ') : elements[Math.Min(i, elements.Length)..];
            if ((quoted && i >= elements.Length) || (!rest.IsEmpty && rest[0] != ',') || rest.Length == 1)
            {
                throw Malformed(batch, row, errors);
            }

            WriteLabel(json, quoted ? _label.WrittenSpan : _label.WrittenSpan.TrimEnd((byte)' '), batch, row, errors);
            count++;
            elements = rest.IsEmpty ? rest : rest[1..];
        }

        return count;
    }

    private void WriteLabel(Utf8JsonWriter json, ReadOnlySpan<byte> label, RowBatch batch, int row, RowErrors errors)
    {
        if (Utf8Length.Of(label) is var length && length > Definition.Limits.MaxCharacters)
        {
            throw errors.TooLong(batch, row, Index, $"a label of {length} characters, CDF takes {Definition.Limits.MaxCharacters}");
        }

        json.WriteStartObject();
        json.WriteString("externalId"u8, label);
        json.WriteEndObject();
    }

    private PgException Malformed(RowBatch batch, int row, RowErrors errors) => errors.At(
        batch,
        row,
        Index,
        SqlState.InvalidTextRepresentation,
        $"column \"{Definition.Name}\" takes a list of labels",
        hint: "Write [\"a\",\"b\"], [{\"externalId\":\"a\"}] or {a,b}.");
}
