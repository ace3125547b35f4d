using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>A boolean.</summary>
internal sealed class BoolField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors) =>
        json.WriteBooleanValue(((FixedColumn<bool>)batch.Columns[Index]).Values[row]);
}

/// <summary>A 64-bit integer within CDF's bounds; as an id of CDF it is positive and below 2^53, which CDF checks.</summary>
internal sealed class Int8Field(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var value = ((FixedColumn<long>)batch.Columns[Index]).Values[row];
        RequireRange(value, batch, row, errors);
        json.WriteNumberValue(value);
    }
}

/// <summary>A number within CDF's bounds; JSON has no NaN and no infinity.</summary>
internal sealed class Float8Field(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var value = ((FixedColumn<double>)batch.Columns[Index]).Values[row];
        if (!double.IsFinite(value))
        {
            throw NotFinite(batch, row, Index, errors);
        }

        RequireRange(value, batch, row, errors);
        json.WriteNumberValue(value);
    }

    public static PgException NotFinite(RowBatch batch, int row, int index, RowErrors errors) => errors.At(
        batch, row, index, SqlState.NumericValueOutOfRange, "value out of range: JSON has neither NaN nor infinity", hint: "Store NULL, or use a column of type TEXT.");
}

/// <summary>A number of single precision, in its shortest digits.</summary>
internal sealed class Float4Field(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var value = ((FixedColumn<float>)batch.Columns[Index]).Values[row];
        if (!float.IsFinite(value))
        {
            throw Float8Field.NotFinite(batch, row, Index, errors);
        }

        json.WriteNumberValue(value);
    }
}

/// <summary>A string, within CDF's bounds of characters and bytes, or one of a few.</summary>
internal sealed class TextField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    private readonly byte[][] _values = [.. column.Limits.Values.Select(Encoding.UTF8.GetBytes)];

    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors) =>
        Write(json, ((VariableColumn)batch.Columns[Index])[row], batch, row, errors);

    /// <summary>Writes <paramref name="text"/>, which is the value in <paramref name="row"/> or a part of it.</summary>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<byte> text, RowBatch batch, int row, RowErrors errors)
    {
        CheckLength(text, batch, row, errors);
        CheckValue(text, batch, row, errors);
        json.WriteStringValue(text);
    }

    private void CheckValue(ReadOnlySpan<byte> text, RowBatch batch, int row, RowErrors errors)
    {
        if (_values.Length == 0)
        {
            return;
        }

        foreach (var value in _values)
        {
            if (text.SequenceEqual(value))
            {
                return;
            }
        }

        throw errors.At(
            batch,
            row,
            Index,
            SqlState.InvalidParameterValue,
            $"invalid value for column \"{Definition.Name}\": \"{Encoding.UTF8.GetString(text)}\"",
            hint: $"CDF takes {LimitText.Of(Definition)}.");
    }

    private void CheckLength(ReadOnlySpan<byte> text, RowBatch batch, int row, RowErrors errors)
    {
        var limits = Definition.Limits;
        if (text.Length > limits.MaxBytes)
        {
            throw errors.TooLong(batch, row, Index, $"{text.Length} bytes, CDF takes {limits.MaxBytes}");
        }

        if (text.Length > limits.MaxCharacters && Utf8Length.Of(text) is var length && length > limits.MaxCharacters)
        {
            throw errors.TooLong(batch, row, Index, $"{length} characters, CDF takes {limits.MaxCharacters}");
        }

        if (text.Length < limits.MinCharacters)
        {
            throw errors.At(
                batch, row, Index, SqlState.InvalidParameterValue, $"value too short for column \"{Definition.Name}\"", hint: "CDF wants at least one character.");
        }
    }
}

/// <summary>Bytes, as base64.</summary>
internal sealed class ByteaField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var bytes = ((VariableColumn)batch.Columns[Index])[row];
        var length = Base64.GetMaxEncodedToUtf8Length(bytes.Length);
        if (length > Definition.Limits.MaxBytes)
        {
            throw errors.TooLong(batch, row, Index, $"{length} bytes as base64, CDF takes {Definition.Limits.MaxBytes}");
        }

        json.WriteBase64StringValue(bytes);
    }
}

/// <summary>A timestamp as milliseconds since 1970, rounded down.</summary>
internal sealed class ItemTimestampField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var time = ((FixedColumn<long>)batch.Columns[Index]).Values[row];
        if (time is < PgTime.MinTime or > PgTime.MaxDataPoint)
        {
            throw errors.At(batch, row, Index, SqlState.DatetimeFieldOverflow, "timestamp out of range for CDF", hint: "CDF takes the years 1970 to 2099.");
        }

        json.WriteNumberValue(PgTime.ToMilliseconds(time));
    }
}

/// <summary>A timestamp as ISO 8601 text in UTC, with as many digits of the second as it has.</summary>
internal sealed class IsoTimestampField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        Span<byte> text = stackalloc byte[IsoTime.MaxLength];
        if (!IsoTime.TryFormat(((FixedColumn<long>)batch.Columns[Index]).Values[row], text, out var length))
        {
            throw errors.At(
                batch, row, Index, SqlState.DatetimeFieldOverflow, "timestamp out of range for ISO 8601", hint: "The years 1 to 9999 can be stored.");
        }

        json.WriteStringValue(text[..length]);
    }
}

/// <summary>JSON as it was given.</summary>
internal sealed class JsonField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var text = ((VariableColumn)batch.Columns[Index])[row];
        if (text.Length > Definition.Limits.MaxBytes)
        {
            throw errors.TooLong(batch, row, Index, $"{text.Length} bytes, CDF takes {Definition.Limits.MaxBytes}");
        }

        json.WriteRawValue(text, skipInputValidation: true);
    }
}

/// <summary>A JSON object as it was given; anything else is refused.</summary>
internal sealed class ObjectField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var text = ((VariableColumn)batch.Columns[Index])[row];
        if (text.Length > Definition.Limits.MaxBytes)
        {
            throw errors.TooLong(batch, row, Index, $"{text.Length} bytes, CDF takes {Definition.Limits.MaxBytes}");
        }

        if (text.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
        {
            throw errors.At(batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" takes a JSON object");
        }

        json.WriteRawValue(text, skipInputValidation: true);
    }
}
