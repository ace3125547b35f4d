namespace Sluice.Emulator.SequenceRows;

/// <summary>A row of a sequence: its values by the id of their column, so that they follow a column that is renamed.</summary>
internal sealed record SequenceRow(long Number, Dictionary<long, object> Values);
