using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>
/// An array, read from PostgreSQL's binary form (array_send): number of dimensions, flags, element type; length and lower bound of each
/// dimension; then the elements, each with its length.
/// </summary>
internal sealed class ArrayField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    private const int HeaderSize = 3 * sizeof(int);
    private const int DimensionSize = 2 * sizeof(int);

    private readonly ArrayBufferWriter<byte> _binary = new();

    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        _binary.ResetWrittenCount();
        batch.Columns[Index].WriteValueBinary(row, _binary);
        var array = _binary.WrittenSpan;
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(array);
        if (dimensions > 1)
        {
            throw errors.At(batch, row, Index, SqlState.ArraySubscriptError, $"column \"{Definition.Name}\" takes arrays of one dimension");
        }

        var count = dimensions == 0 ? 0 : BinaryPrimitives.ReadInt32BigEndian(array[HeaderSize..]);
        if (count > Definition.Limits.MaxItems)
        {
            throw errors.TooLong(batch, row, Index, $"{count} elements, CDF takes {Definition.Limits.MaxItems}");
        }

        json.WriteStartArray();
        var elements = dimensions == 0 ? default : array[(HeaderSize + DimensionSize)..];
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(elements);
            elements = elements[sizeof(int)..];
            if (length < 0)
            {
                json.WriteNullValue();
                continue;
            }

            WriteElement(json, elements[..length], batch, row, errors);
            elements = elements[length..];
        }

        json.WriteEndArray();
    }

    private void WriteElement(Utf8JsonWriter json, ReadOnlySpan<byte> element, RowBatch batch, int row, RowErrors errors)
    {
        switch (Definition.Type.Type.Element!.Name)
        {
            case "bool":
                json.WriteBooleanValue(element[0] != 0);
                break;
            case "int8":
                json.WriteNumberValue(BinaryPrimitives.ReadInt64BigEndian(element));
                break;
            case "float8" when double.IsFinite(BinaryPrimitives.ReadDoubleBigEndian(element)):
                json.WriteNumberValue(BinaryPrimitives.ReadDoubleBigEndian(element));
                break;
            case "float4" when float.IsFinite(BinaryPrimitives.ReadSingleBigEndian(element)):
                json.WriteNumberValue(BinaryPrimitives.ReadSingleBigEndian(element));
                break;
            case "float8" or "float4":
                throw Float8Field.NotFinite(batch, row, Index, errors);
            case "json":
                json.WriteRawValue(element, skipInputValidation: true);
                break;
            case "text" or "varchar":
                json.WriteStringValue(element);
                break;
            default:
                throw new NotSupportedException($"Column {Definition.Name} has type {Definition.Type.DisplayName}, which no CDF table has.");
        }
    }
}
