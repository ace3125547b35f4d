namespace Sluice.PgWire.Sql;

/// <summary>Writes names into SQL.</summary>
public static class SqlIdentifier
{
    /// <summary>The name as <c>quote_ident</c> gives it for names that are no keywords: in quotes unless it is lower case letters, digits and underscores.</summary>
    public static string Quote(string name)
    {
        var plain = name.Length > 0 && (char.IsAsciiLetterLower(name[0]) || name[0] == '_');
        foreach (var c in name)
        {
            plain &= char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_';
        }

        return plain ? name : AlwaysQuote(name);
    }

    /// <summary>The name in quotes, right for every name.</summary>
    public static string AlwaysQuote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
