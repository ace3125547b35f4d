using Sluice.PgWire.Types;

namespace Sluice.PgWire.Columns;

/// <summary>A column of <c>boolean</c>.</summary>
public sealed class BoolColumn(ColumnType type, TextInputSettings settings) : FixedColumn<bool, BoolCodec>(type, settings);

/// <summary>A column of <c>smallint</c>.</summary>
public sealed class Int2Column(ColumnType type, TextInputSettings settings) : FixedColumn<short, Int2Codec>(type, settings);

/// <summary>A column of <c>integer</c>.</summary>
public sealed class Int4Column(ColumnType type, TextInputSettings settings) : FixedColumn<int, Int4Codec>(type, settings);

/// <summary>A column of <c>bigint</c>.</summary>
public sealed class Int8Column(ColumnType type, TextInputSettings settings) : FixedColumn<long, Int8Codec>(type, settings);

/// <summary>A column of <c>real</c>.</summary>
public sealed class Float4Column(ColumnType type, TextInputSettings settings) : FixedColumn<float, Float4Codec>(type, settings);

/// <summary>A column of <c>double precision</c>.</summary>
public sealed class Float8Column(ColumnType type, TextInputSettings settings) : FixedColumn<double, Float8Codec>(type, settings);

/// <summary>A column of <c>date</c>: see <see cref="DateCodec"/> for the unit.</summary>
public sealed class DateColumn(ColumnType type, TextInputSettings settings) : FixedColumn<int, DateCodec>(type, settings);

/// <summary>A column of <c>timestamp without time zone</c>: see <see cref="TimestampCodec"/> for the unit.</summary>
public sealed class TimestampColumn(ColumnType type, TextInputSettings settings) : FixedColumn<long, TimestampCodec>(type, settings);

/// <summary>A column of <c>timestamp with time zone</c>: see <see cref="TimestamptzCodec"/> for the unit.</summary>
public sealed class TimestamptzColumn(ColumnType type, TextInputSettings settings) : FixedColumn<long, TimestamptzCodec>(type, settings);
