using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>
/// A sequence's columns, and how many it has lost: deleted columns still count against the limits. A column's record has no id and no
/// last update until it is stored.
/// </summary>
internal sealed record SequenceColumns(IReadOnlyList<Record> Columns, int Deleted = 0, int DeletedTexts = 0)
{
    private const int Max = 400;
    private const int MaxTexts = 200;

    /// <summary>The columns of these names, in their order; 404 for unknown ones.</summary>
    public IReadOnlyList<Record> Find(IReadOnlyList<string> names)
    {
        var byName = Columns.ToDictionary(SequenceColumnsField.NameOf, StringComparer.Ordinal);
        var unknown = names.Where(n => !byName.ContainsKey(n)).ToList();
        return unknown.Count == 0
            ? [.. names.Select(n => byName[n])]
            : throw CdfException.NotFound($"Columns not found: {string.Join(", ", unknown)}");
    }

    /// <summary>The same columns, refused if they break a limit.</summary>
    public SequenceColumns Checked()
    {
        var repeated = Columns.Select(SequenceColumnsField.NameOf).GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Skip(1).Any())
            .Select(g => g.Key).ToList();
        if (repeated.Count > 0)
        {
            throw CdfException.BadRequest($"Duplicate column external ids: {string.Join(", ", repeated)}");
        }

        var texts = Columns.Count(SequenceColumnsField.IsText);
        return Columns.Count is >= 1 && Columns.Count + Deleted <= Max && texts + DeletedTexts <= MaxTexts
            ? this
            : throw CdfException.Violation(
                "columns", $"size must be between 1 and {Max}, with at most {MaxTexts} of type STRING; deleted columns count");
    }

    /// <summary>The columns as they are stored: new ones get an id, new and changed ones the time.</summary>
    public SequenceColumns Stored(IdSequence ids, long now) => this with
    {
        Columns = [.. Columns.Select(c => c with
        {
            Id = c.Id == 0 ? ids.Next() : c.Id,
            CreatedTime = c.Id == 0 ? now : c.CreatedTime,
            LastUpdatedTime = c.LastUpdatedTime == 0 ? now : c.LastUpdatedTime,
        })],
    };
}
