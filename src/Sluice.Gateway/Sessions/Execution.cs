using System.Runtime.InteropServices;

namespace Sluice.Gateway.Sessions;

/// <summary>One execution of a statement among those that are one write.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Portal">Its parameters and how its rows are wanted; <see langword="null"/> in the simple protocol without parameters.</param>
/// <param name="FirstRow">The origin of its first row.</param>
/// <param name="RowCount">How many rows it has.</param>
/// <param name="MaxRows">How many rows of RETURNING are wanted now; 0 for all.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Execution(OwnRowWrite Statement, OwnPortal? Portal, long FirstRow, int RowCount, int MaxRows)
{
    /// <summary>How many of the rows are among <paramref name="origins"/>, which are in order.</summary>
    public int CountIn(IReadOnlyList<long> origins) => Within(origins, static origin => origin).Length;

    /// <summary>How many rows beyond its own it has changed; <paramref name="more"/> is in order of the origins.</summary>
    public long MoreIn(IReadOnlyList<(long Origin, long Rows)> more)
    {
        var (start, length) = Within(more, static item => item.Origin);
        return more.Skip(start).Take(length).Sum(item => item.Rows);
    }

    /// <summary>Which items of a list, in order of their origins, are of its rows.</summary>
    public (int Start, int Length) Within<T>(IReadOnlyList<T> items, Func<T, long> originOf)
    {
        var start = Below(items, originOf, FirstRow);
        return (start, Below(items, originOf, FirstRow + RowCount) - start);
    }

    private static int Below<T>(IReadOnlyList<T> items, Func<T, long> originOf, long bound)
    {
        var (low, high) = (0, items.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (originOf(items[middle]) < bound)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>What an execution is answered with.</summary>
/// <param name="Rows">How many rows it has changed.</param>
/// <param name="Returned">Bodies of DataRow messages for RETURNING; <see langword="null"/> without it.</param>
internal sealed record ExecutionResult(long Rows, IReadOnlyList<byte[]>? Returned);
