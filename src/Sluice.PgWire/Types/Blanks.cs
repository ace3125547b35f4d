using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sluice.PgWire.Types;

/// <summary>What C's <c>isspace</c> calls white space, which PostgreSQL's input functions skip.</summary>
internal static class Blanks
{
    private static readonly SearchValues<byte> All = SearchValues.Create(" \t\n\v\f\r"u8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBlank(byte b) => b == ' ' || (uint)b - '\t' <= '\r' - '\t';

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = text.IndexOfAnyExcept(All);
        return start < 0 ? [] : text[start..(text.LastIndexOfAnyExcept(All) + 1)];
    }
}
