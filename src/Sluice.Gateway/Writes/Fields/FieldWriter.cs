using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>Writes the values of one column into the JSON of the CDF API, and refuses those that CDF would not take.</summary>
internal abstract class FieldWriter(ColumnDefinition column, int index)
{
    /// <summary>The field's name, escaped.</summary>
    public JsonEncodedText Name { get; } = JsonEncodedText.Encode(column.CdfField, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    /// <summary>The column's position in the row.</summary>
    public int Index => index;

    protected ColumnDefinition Definition => column;

    /// <summary>The writer for the value of a column of a resource.</summary>
    public static FieldWriter ForItem(ColumnDefinition column, int index) => column.Shape switch
    {
        ColumnShape.Metadata => new MetadataField(column, index),
        ColumnShape.Labels => new LabelsField(column, index),
        ColumnShape.Object => new ObjectField(column, index),
        ColumnShape.List => new ListField(column, index),
        ColumnShape.LoneElement => new LoneElementField(column, index),
        _ => ForScalar(column, index, new ItemTimestampField(column, index)),
    };

    /// <summary>The writer for the value of a column of a RAW row.</summary>
    public static FieldWriter ForRaw(ColumnDefinition column, int index) =>
        column.Type.Type.Element is not null
            ? new ArrayField(column, index)
            : ForScalar(column, index, new IsoTimestampField(column, index));

    /// <summary>The writer for the value of a column of an instance.</summary>
    public static FieldWriter ForInstance(ColumnDefinition column, int index) => new InstanceField(column, index);

    /// <summary>Writes the value in <paramref name="row"/>, which is not NULL, without the name.</summary>
    /// <exception cref="PgException">CDF would not take it.</exception>
    public abstract void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors);

    /// <summary>Refuses a number that is out of CDF's bounds.</summary>
    protected void RequireRange(double value, RowBatch batch, int row, RowErrors errors)
    {
        if (value < column.Limits.MinNumber || value > column.Limits.MaxNumber)
        {
            throw errors.At(
                batch,
                row,
                index,
                SqlState.NumericValueOutOfRange,
                $"value out of range for column \"{column.Name}\"",
                hint: $"CDF takes {LimitText.Of(column)}.");
        }
    }

    private static FieldWriter ForScalar(ColumnDefinition column, int index, FieldWriter timestamp)
    {
        var type = column.Type.Type;
        if (type.Element is not null)
        {
            return new ArrayField(column, index);
        }

        return type.Name switch
        {
            "bool" => new BoolField(column, index),
            "int8" => new Int8Field(column, index),
            "float8" => new Float8Field(column, index),
            "float4" => new Float4Field(column, index),
            "timestamptz" => timestamp,
            "json" or "jsonb" => new JsonField(column, index),
            "bytea" => new ByteaField(column, index),
            "text" or "varchar" => new TextField(column, index),
            _ => throw new NotSupportedException($"Column {column.Name} has type {type.DisplayName}, which no CDF table has."),
        };
    }
}
