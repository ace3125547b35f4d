using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>A reference to an instance: <c>{"space":"s","externalId":"a"}</c>, or <c>s:a</c>, in which the first colon counts.</summary>
internal sealed class ReferenceField(ColumnDefinition column, int index)
{
    private readonly ArrayBufferWriter<byte> _space = new();
    private readonly ArrayBufferWriter<byte> _externalId = new();

    /// <summary>Writes the reference that <paramref name="text"/> is, which stands in <paramref name="row"/>.</summary>
    /// <exception cref="PgException">22P02: it is none; 22001: it is longer than any instance's key.</exception>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<byte> text, RowBatch batch, int row, RowErrors errors)
    {
        text = text.Trim(" \t\r\n"u8);
        _space.ResetWrittenCount();
        _externalId.ResetWrittenCount();
        if (!TryRead(text) || _space.WrittenCount == 0 || _externalId.WrittenCount == 0)
        {
            throw errors.At(
                batch,
                row,
                index,
                SqlState.InvalidTextRepresentation,
                $"invalid reference for column \"{column.Name}\": \"{Encoding.UTF8.GetString(text)}\"",
                hint: "Write {\"space\":\"s\",\"externalId\":\"a\"} or s:a.");
        }

        CheckLength(_space.WrittenSpan, InstancesApi.MaxSpaceLength, "space", batch, row, errors);
        CheckLength(_externalId.WrittenSpan, InstancesApi.MaxExternalIdLength, "external id", batch, row, errors);
        json.WriteStartObject();
        json.WriteString("space"u8, _space.WrittenSpan);
        json.WriteString("externalId"u8, _externalId.WrittenSpan);
        json.WriteEndObject();
    }

    private bool TryRead(ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'{' or (byte)'"', ..])
        {
            return TrySplit(text);
        }

        var reader = new Utf8JsonReader(text, JsonText.ReaderOptions);
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                JsonText.Unescape(ref reader, _space);
                var whole = _space.WrittenSpan.ToArray();
                _space.ResetWrittenCount();
                return TrySplit(whole) && !reader.Read();
            }

            return TryReadMembers(ref reader) && !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private bool TrySplit(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        if (colon < 0)
        {
            return false;
        }

        _space.Write(text[..colon]);
        _externalId.Write(text[(colon + 1)..]);
        return true;
    }

    private bool TryReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var target = reader.ValueTextEquals("space"u8) ? _space : reader.ValueTextEquals("externalId"u8) ? _externalId : null;
            if (target is null || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                return false;
            }

            JsonText.Unescape(ref reader, target);
        }

        return true;
    }

    private void CheckLength(ReadOnlySpan<byte> text, int max, string what, RowBatch batch, int row, RowErrors errors)
    {
        if (text.Length > max && Utf8Length.Of(text) is var length && length > max)
        {
            throw errors.TooLong(batch, row, index, $"a{(what[0] == 'e' ? "n" : string.Empty)} {what} of {length} characters, CDF takes {max}");
        }
    }
}
