using Sluice.Gateway.Writes;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>The closed list of values that mean the same to Sluice as to PostgreSQL (rules.md W3). All others are PostgreSQL's to compute.</summary>
internal static class NativeValues
{
    /// <summary>Whether all values of the kinds that stand in a column can be read as text of the column's type.</summary>
    public static bool Fits(SqlValueKinds kinds, ColumnType column)
    {
        var type = column.AcceptsBareElement && column.Type.Element is { } element ? element : column.Type;
        var taken = SqlValueKinds.String | SqlValueKinds.Null | SqlValueKinds.Default | SqlValueKinds.Parameter;
        if (type == PgType.Bool)
        {
            taken |= SqlValueKinds.Boolean;
        }
        else if (type == PgType.Float4 || type == PgType.Float8 || type == PgType.Numeric)
        {
            taken |= SqlValueKinds.Integer | SqlValueKinds.Decimal;
        }
        else if (type == PgType.Int2 || type == PgType.Int4 || type == PgType.Int8)
        {
            taken |= SqlValueKinds.Integer;
        }

        return (kinds & ~taken) == SqlValueKinds.None;
    }

    /// <summary>Whether a cast to the type leaves the value as it would be without: the column's own type, and text for varchar and back.</summary>
    public static bool IsSameAs(uint oid, PgType type) => oid == type.Oid || (IsText(oid) && IsText(type.Oid));

    /// <summary>Whether the value can be read as text of the type.</summary>
    public static bool Fits(in SqlValue value, ColumnType type) =>
        Fits(value.Kind, type) && (value.CastOid == 0 || IsSameAs(value.CastOid, type.Type));

    /// <summary>The types of an INSERT's parameters; <see langword="null"/> if one of them needs PostgreSQL.</summary>
    public static uint[]? TryInferParameters(InsertStatement statement, WritePlan plan, uint[] declared)
    {
        var types = new ParameterTypes(declared);
        foreach (var use in statement.Parameters)
        {
            var column = plan.DecodeTypes[use.Column] is { AcceptsBareElement: true } array ? array : plan.Columns[use.Column].Type;
            if (!types.Takes(use.Parameter, use.CastOid, column, column.Type.Oid))
            {
                return null;
            }
        }

        return types.Complete();
    }

    /// <summary>text or varchar.</summary>
    public static bool IsText(uint oid) => oid == PgType.Text.Oid || oid == PgType.Varchar.Oid;
}
