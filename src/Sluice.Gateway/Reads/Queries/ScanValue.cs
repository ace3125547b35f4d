using System.Buffers;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.Queries;

/// <summary>
/// The values of conditions in one spelling for each value, as PostgreSQL prints them (times in UTC), so that equal values are equal strings. Only types
/// for which that holds have one.
/// </summary>
internal static class ScanValue
{
    /// <summary>Values of the type can be compared by their text for equality.</summary>
    public static bool HasCanonicalText(PgType type) => type.Name is "text" or "varchar" or "int8" or "int4" or "int2" or "bool" or "timestamptz" or "date";

    /// <summary>The one spelling of <paramref name="text"/>, a value of a column of <paramref name="type"/>.</summary>
    /// <returns><see langword="null"/> if it is no value of the type.</returns>
    public static string? Canonical(PgType type, string text)
    {
        if (type == PgType.Text || type == PgType.Varchar)
        {
            return text;
        }

        var values = Parse(type, text);
        return values is [{ } value] ? value : null;
    }

    /// <summary>The elements of an array's text in their one spelling; NULLs are left out, since nothing equals them.</summary>
    /// <returns><see langword="null"/> if an element is no value of the type.</returns>
    public static IReadOnlyList<string>? CanonicalElements(PgType element, string text) => Parse(element == PgType.Varchar ? PgType.TextArray : element.Array!, text);

    private static List<string>? Parse(PgType type, string text)
    {
        using var column = Column.Create(new ColumnType(type), TextInputSettings.Default);
        try
        {
            column.AppendText(Encoding.UTF8.GetBytes(text));
        }
        catch (PgException)
        {
            // The column's own input function says that it is no value of the type.
            return null;
        }

        var values = column is ArrayColumn array ? array.Elements : column;
        var output = new ArrayBufferWriter<byte>();
        List<string> canonical = new(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            if (!values.IsNull(i))
            {
                output.ResetWrittenCount();
                values.WriteValueText(i, output);
                canonical.Add(Encoding.UTF8.GetString(output.WrittenSpan));
            }
        }

        return canonical;
    }
}
