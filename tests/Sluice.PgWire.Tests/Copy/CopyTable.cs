using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Copy;

/// <summary>A table to copy into.</summary>
internal sealed record CopyTable(string Name, params (string Name, ColumnType Type)[] Columns)
{
    public static CopyTable Texts { get; } = new("t", ("a", new(PgType.Text)), ("b", new(PgType.Text)), ("c", new(PgType.Text)));

    public static CopyTable Mixed { get; } =
        new("m", ("id", new(PgType.Int8)), ("name", ColumnType.VarcharOf(5)), ("v", new(PgType.Float8)), ("at", new(PgType.Timestamptz)));

    public static CopyTable One { get; } = new("o", ("a", new(PgType.Text)));
}
