namespace Sluice.Commands;

/// <summary>Rows of text in columns as wide as their longest value, for terminals and for <c>awk</c>: nothing is broken, an absent value is a dash.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    public void Add(params string?[] values) => _rows.Add([.. values.Select(value => string.IsNullOrEmpty(value) ? "-" : value)]);

    public async Task WriteAsync(TextWriter writer)
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(column => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
        {
            await writer.WriteLineAsync(string.Join("  ", row.Select((value, column) => value.PadRight(widths[column]))).TrimEnd());
        }
    }
}
