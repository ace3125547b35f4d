using Sluice.PgWire.Types;

namespace Sluice.PgWire.Columns;

/// <summary>Chooses the column for a type.</summary>
internal static class ColumnFactory
{
    public static Column Create(ColumnType type, TextInputSettings settings) => type.Type.Name switch
    {
        "bool" => new BoolColumn(type, settings),
        "int2" => new Int2Column(type, settings),
        "int4" => new Int4Column(type, settings),
        "int8" => new Int8Column(type, settings),
        "float4" => new Float4Column(type, settings),
        "float8" => new Float8Column(type, settings),
        "date" => new DateColumn(type, settings),
        "timestamp" => new TimestampColumn(type, settings),
        "timestamptz" => new TimestamptzColumn(type, settings),
        "bytea" => new ByteaColumn(type),
        "text" => new Utf8Column<TextCodec>(type),
        "varchar" => new Utf8Column<VarcharCodec>(type),
        "json" => new Utf8Column<JsonCodec>(type),
        "jsonb" => new Utf8Column<JsonbCodec>(type),
        "numeric" => new Utf8Column<NumericCodec>(type),
        _ when type.Type.Element is { } element => new ArrayColumn(type, Create(type with { Type = element, AcceptsBareElement = false }, settings)),
        _ => throw new ArgumentException($"A column cannot have the type {type.DisplayName}.", nameof(type)),
    };
}
