using System.Runtime.InteropServices;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>"m/n"</c>: one of n disjoint parts of a list, for reading in parallel.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Partition(int Number, int Of)
{
    private const int Max = 10;

    public static readonly Partition Whole = new(1, 1);

    /// <summary>Reads a partition. More than ten are an error, or silently become ten, of which the eleventh and later are empty.</summary>
    public static Partition Read(string text, bool rejectMany)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1
            || !int.TryParse(text.AsSpan(0, slash), out var number)
            || !int.TryParse(text.AsSpan(slash + 1), out var of)
            || number < 1 || of < number)
        {
            throw CdfException.BadRequest($"Invalid partition '{text}': it must be m/n with 1 <= m <= n");
        }

        if (of > Max && rejectMany)
        {
            throw CdfException.BadRequest($"Invalid partition '{text}': there can be at most {Max} partitions");
        }

        return new Partition(number, Math.Min(of, Max));
    }

    // Ids are random-looking, so their remainders are even.
    public bool Contains(long id) => id % Of == Number - 1;
}
