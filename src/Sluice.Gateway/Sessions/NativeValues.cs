using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
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

    /// <summary>
    /// The types of a statement's parameters: as declared, or those of the columns that they stand in. <see langword="null"/> if a parameter
    /// stands in columns of different types, or was declared with a type that needs more than another width.
    /// </summary>
    public static uint[]? TryInferParameters(InsertStatement statement, WritePlan plan, uint[] declared)
    {
        var count = Math.Max(declared.Length, statement.Parameters.Count == 0 ? 0 : statement.Parameters.Max(use => use.Parameter));
        var types = new uint[count];
        declared.CopyTo(types, 0);
        foreach (var use in statement.Parameters)
        {
            var column = plan.DecodeTypes[use.Column] is { AcceptsBareElement: true } array ? array : plan.Columns[use.Column].Type;
            ref var type = ref types[use.Parameter - 1];
            if (type == 0)
            {
                type = use.CastOid == 0 ? column.Type.Oid : use.CastOid;
            }

            // A cast from text to the column's type reads the text as the column itself would.
            if (!(use.CastOid != 0 && IsText(type)) && !CanSend(type, column))
            {
                return null;
            }
        }

        // A parameter without type that stands nowhere is 42P18, in the engine's words.
        return Array.IndexOf(types, 0u) < 0 ? types : null;
    }

    private static bool CanSend(uint oid, ColumnType column)
    {
        if (IsSameAs(oid, column.Type))
        {
            return true;
        }

        if (IsText(oid) || IsText(column.Type.Oid) || PgType.FromOid(oid) is not { } sent)
        {
            return false;
        }

        using var probe = Column.Create(column, TextInputSettings.Default);
        return probe.CanReadBinary(sent);
    }

    private static bool IsText(uint oid) => oid == PgType.Text.Oid || oid == PgType.Varchar.Oid;
}
