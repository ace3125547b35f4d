using Sluice.Emulator.Http;

namespace Sluice.Emulator.Raw;

/// <summary>
/// A place in a read of a table: a part of the keys, bounds of time (the lower excluded, the upper included), the last key read.
/// </summary>
internal sealed record RawPosition(int Part, int Parts, long? Min, long? Max, string AfterKey)
{
    public static RawPosition Parse(string text)
    {
        var fields = text.Split('|', 5);
        return new RawPosition(
            int.Parse(fields[0]), int.Parse(fields[1]), Number(fields[2]), Number(fields[3]), fields[4]);
    }

    public bool Contains(RawRow row) =>
        !(row.LastUpdatedTime <= Min)
        && !(row.LastUpdatedTime > Max)
        && (Parts == 1 || (int)(Cursor.Digest(row.Key) % (ulong)Parts) == Part);

    public override string ToString() => $"{Part}|{Parts}|{Min}|{Max}|{AfterKey}";

    private static long? Number(string text) => text.Length == 0 ? null : long.Parse(text);
}
