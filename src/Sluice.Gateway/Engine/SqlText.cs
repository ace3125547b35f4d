namespace Sluice.Gateway.Engine;

/// <summary>Quotes for SQL text.</summary>
internal static class SqlText
{
    /// <summary>A name, always in quotes.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A string constant that means the same whatever <c>standard_conforming_strings</c> is.</summary>
    public static string Literal(string text)
    {
        var quoted = text.Replace("'", "''", StringComparison.Ordinal);
        return quoted.Contains('\\', StringComparison.Ordinal)
            ? $" E'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal)}'"
            : $"'{quoted}'";
    }
}
