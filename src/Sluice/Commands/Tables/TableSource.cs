using Sluice.Administration;

namespace Sluice.Commands.Tables;

/// <summary>Reads where the rows of a table are, as the command line says it.</summary>
internal static class TableSource
{
    /// <summary><c>database.table</c>; a name with a dot in it stands in double quotes.</summary>
    public static (string Database, string Table) ParseRaw(string text)
    {
        (string database, int end) = Part(text, 0);
        if (end < text.Length && text[end] == '.')
        {
            (string table, int last) = Part(text, end + 1);
            if (last == text.Length && database.Length > 0 && table.Length > 0)
            {
                return (database, table);
            }
        }

        throw AdministrationException.Usage($"--raw cannot be {text}: it takes DATABASE.TABLE; a name with a dot in it goes in double quotes, '\"my.database\".table'.");
    }

    /// <summary><c>space/externalId</c> or <c>space/externalId/version</c>.</summary>
    public static (string Space, string ExternalId, string? Version) ParseView(string text) => text.Split('/') switch
    {
        [{ Length: > 0 } space, { Length: > 0 } externalId] => (space, externalId, null),
        [{ Length: > 0 } space, { Length: > 0 } externalId, { Length: > 0 } version] => (space, externalId, version),
        _ => throw AdministrationException.Usage($"--view cannot be {text}: it takes SPACE/EXTERNALID, or SPACE/EXTERNALID/VERSION."),
    };

    /// <summary><c>name:type</c>.</summary>
    public static KeyValuePair<string, ColumnInfo> ParseColumn(string text) => text.LastIndexOf(':') is > 0 and var colon && colon < text.Length - 1
        ? KeyValuePair.Create(text[..colon], new ColumnInfo(text[(colon + 1)..]))
        : throw AdministrationException.Usage($"--column cannot be {text}: it takes NAME:TYPE, e.g. year:BIGINT.");

    /// <summary>One name from <paramref name="start"/> on, and where it ends.</summary>
    private static (string Name, int End) Part(string text, int start)
    {
        if (start >= text.Length || text[start] != '"')
        {
            int dot = text.IndexOf('.', start);
            int end = dot < 0 ? text.Length : dot;
            return (text[start..end], end);
        }

        int quote = text.IndexOf('"', start + 1);
        return quote < 0 ? (string.Empty, text.Length) : (text[(start + 1)..quote], quote + 1);
    }
}
