using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables;

/// <summary>The types that CDF tables have.</summary>
internal static class ColumnTypes
{
    public static ColumnType Text { get; } = new(PgType.Text);

    public static ColumnType Bool { get; } = new(PgType.Bool);

    public static ColumnType BigInt { get; } = new(PgType.Int8);

    public static ColumnType DoublePrecision { get; } = new(PgType.Float8);

    public static ColumnType TimestampTz { get; } = new(PgType.Timestamptz);

    public static ColumnType Json { get; } = new(PgType.Json);

    public static ColumnType TextArray { get; } = new(PgType.TextArray);

    public static ColumnType BigIntArray { get; } = new(PgType.Int8Array);

    /// <summary><c>VARCHAR</c> of any length.</summary>
    public static ColumnType UnboundedVarchar { get; } = new(PgType.Varchar);

    /// <summary><c>VARCHAR(n)</c>, in characters.</summary>
    public static ColumnType Varchar(int length) => ColumnType.VarcharOf(length);
}
