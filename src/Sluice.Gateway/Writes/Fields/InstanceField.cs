using System.Globalization;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>A value of data modeling, or a list of such values (CDF API, "Property types").</summary>
internal sealed class InstanceField : FieldWriter
{
    // Of an int64 the greatest double is not exact, so integers without bounds have none here.
    private readonly long _min;
    private readonly long _max;
    private readonly TextField _text;
    private readonly ReferenceField _reference;
    private readonly Element _element;

    public InstanceField(ColumnDefinition column, int index)
        : base(column, index)
    {
        _min = (long?)column.Limits.MinNumber ?? long.MinValue;
        _max = (long?)column.Limits.MaxNumber ?? long.MaxValue;
        _text = new TextField(column, index);
        _reference = new ReferenceField(column, index);
        _element = ElementOf(column);
    }

    private delegate void Element(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors);

    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        if (batch.Columns[Index] is not ArrayColumn arrays)
        {
            _element(json, batch.Columns[Index], row, batch, row, errors);
            return;
        }

        var (start, length) = arrays[row];
        if (length > Definition.Limits.MaxItems)
        {
            throw errors.TooLong(batch, row, Index, $"{length} elements, CDF takes {Definition.Limits.MaxItems}");
        }

        json.WriteStartArray();
        for (var i = start; i < start + length; i++)
        {
            if (arrays.Elements.IsNull(i))
            {
                throw errors.At(batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" takes no lists with NULL in them");
            }

            _element(json, arrays.Elements, i, batch, row, errors);
        }

        json.WriteEndArray();
    }

    private Element ElementOf(ColumnDefinition column)
    {
        var type = column.Type.Type.Element ?? column.Type.Type;
        return type.Name switch
        {
            _ when column.Shape == ColumnShape.Reference => WriteReference,
            "bool" => static (json, values, at, _, _, _) => json.WriteBooleanValue(((FixedColumn<bool>)values).Values[at]),
            "int8" => WriteInteger,
            "float4" => WriteSingle,
            "float8" => WriteDouble,
            "timestamptz" => WriteTimestamp,
            "date" => WriteDate,
            "json" => WriteJson,
            "text" or "varchar" => WriteText,
            _ => throw new NotSupportedException($"Column {column.Name} has type {type.DisplayName}, which no table over a view has."),
        };
    }

    private void WriteReference(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors) =>
        _reference.Write(json, ((VariableColumn)values)[at], batch, row, errors);

    private void WriteText(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors) =>
        _text.Write(json, ((VariableColumn)values)[at], batch, row, errors);

    private void WriteInteger(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors)
    {
        var value = ((FixedColumn<long>)values).Values[at];
        if (value < _min || value > _max)
        {
            throw errors.At(
                batch, row, Index, SqlState.NumericValueOutOfRange, $"value out of range for column \"{Definition.Name}\"", hint: "CDF takes 32-bit integers.");
        }

        json.WriteNumberValue(value);
    }

    private void WriteSingle(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors)
    {
        var value = ((FixedColumn<float>)values).Values[at];
        if (!float.IsFinite(value))
        {
            throw Float8Field.NotFinite(batch, row, Index, errors);
        }

        json.WriteNumberValue(value);
    }

    private void WriteDouble(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors)
    {
        var value = ((FixedColumn<double>)values).Values[at];
        if (!double.IsFinite(value))
        {
            throw Float8Field.NotFinite(batch, row, Index, errors);
        }

        json.WriteNumberValue(value);
    }

    /// <summary>CDF keeps milliseconds; the rest is cut off.</summary>
    private void WriteTimestamp(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors)
    {
        var time = ((FixedColumn<long>)values).Values[at];
        Span<byte> text = stackalloc byte[IsoTime.MaxLength];
        if (PgTime.IsInfinite(time) || !IsoTime.TryFormat(time - (((time % 1_000) + 1_000) % 1_000), text, out var length))
        {
            throw errors.At(
                batch, row, Index, SqlState.DatetimeFieldOverflow, "timestamp out of range for CDF", hint: "CDF takes the years 1 to 9999.");
        }

        json.WriteStringValue(text[..length]);
    }

    private void WriteDate(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors)
    {
        var day = ((FixedColumn<int>)values).Values[at] + (long)new DateOnly(2000, 1, 1).DayNumber;
        if (day < DateOnly.MinValue.DayNumber || day > DateOnly.MaxValue.DayNumber)
        {
            throw errors.At(batch, row, Index, SqlState.DatetimeFieldOverflow, "date out of range for CDF", hint: "CDF takes the years 1 to 9999.");
        }

        json.WriteStringValue(DateOnly.FromDayNumber((int)day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private void WriteJson(Utf8JsonWriter json, Column values, int at, RowBatch batch, int row, RowErrors errors)
    {
        var text = ((VariableColumn)values)[at];
        if (text.Length > Definition.Limits.MaxBytes)
        {
            throw errors.TooLong(batch, row, Index, $"{text.Length} bytes, CDF takes {Definition.Limits.MaxBytes}");
        }

        json.WriteRawValue(text, skipInputValidation: true);
    }
}
