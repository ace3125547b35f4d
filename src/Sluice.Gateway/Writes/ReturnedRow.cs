using System.Text;
using System.Text.Json;

namespace Sluice.Gateway.Writes;

/// <summary>A row as CDF has it after it was written.</summary>
/// <param name="Origin">The row of the statement.</param>
/// <param name="Item">CDF's item, JSON; empty if CDF's answer has none.</param>
public sealed record ReturnedRow(long Origin, ReadOnlyMemory<byte> Item)
{
    /// <summary><see cref="Item"/> is no item of CDF's but the row as it was written: an object of PostgreSQL's column names and values.</summary>
    public bool IsEcho { get; init; }

    /// <summary>The items of an answer, which CDF gives in the order of the request.</summary>
    public static List<ReturnedRow> Read(ReadOnlyMemory<byte> answer, IEnumerable<long> origins)
    {
        if (answer.IsEmpty)
        {
            return [.. origins.Select(origin => new ReturnedRow(origin, default))];
        }

        using var document = JsonDocument.Parse(answer);

        // A file is created alone, and its answer is the file.
        var items = document.RootElement.TryGetProperty("items", out var list) ? list.EnumerateArray().ToList() : [document.RootElement];
        return [.. origins.Select((origin, index) => new ReturnedRow(origin, index < items.Count ? Encoding.UTF8.GetBytes(items[index].GetRawText()) : default))];
    }
}
