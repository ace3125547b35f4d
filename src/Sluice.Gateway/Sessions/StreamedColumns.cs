using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Whether the rows of a query can be taken as they are for the columns of a plan: no assignment would change a value, but for the length of a varchar,
/// which Sluice checks itself as PostgreSQL does (rules.md W1, W2).
/// </summary>
internal static class StreamedColumns
{
    /// <summary>Compares the body of a RowDescription with the plan's columns.</summary>
    public static bool Fit(ReadOnlySpan<byte> description, WritePlan plan)
    {
        var reader = new PayloadReader(description);
        if (reader.Count() != plan.Columns.Length)
        {
            return false;
        }

        foreach (var column in plan.Columns)
        {
            // Name, table and its column; type, size and modifier; format.
            reader.CString();
            reader.Int32();
            reader.Int16();
            var type = PgType.FromOid(reader.UInt32());
            reader.Int16();
            var modifier = reader.Int32();
            reader.Int16();
            if (type is null || !Fits(new ColumnType(type, modifier), column.Type))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Fits(ColumnType given, ColumnType column) => IsText(column.Type)
        ? IsText(given.Type)
        : given.Type == column.Type && (column.TypeModifier == -1 || given.TypeModifier == column.TypeModifier);

    private static bool IsText(PgType type) => type == PgType.Text || type == PgType.Varchar;
}
