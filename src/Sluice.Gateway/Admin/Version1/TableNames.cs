using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Version1;

/// <summary>The names that version 1 takes for tables and columns, beside what <see cref="Tables.CustomRawTable"/> asks.</summary>
internal static class TableNames
{
    /// <summary>Refuses a name that a request has twice.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static void CheckDistinct(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !seen.Add(name)) is { } twice)
        {
            throw new ApiException(400, $"table \"{twice}\" is in the request more than once");
        }
    }

    /// <summary>A column, whose type is always text.</summary>
    public static DeclaredColumn Column(string? name) => new(Schema.Required(name, "columns"), TableAnswers.ColumnType);
}
