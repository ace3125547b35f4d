namespace Sluice.Emulator.Resources;

/// <summary>Internal ids: unique, random-looking, 1 to 2^53-1, as CDF's are. A bijection of a counter, so no look-up is needed.</summary>
internal sealed class IdSequence
{
    private const ulong Mask = (1UL << 53) - 1;

    private long _last;

    public long Next()
    {
        while (true)
        {
            var x = (ulong)Interlocked.Increment(ref _last) & Mask;
            x = (x * 0x1FB3_7A5D_9C36_E5UL) & Mask;
            x ^= x >> 27;
            x = (x * 0x0D61_C886_4680_B5UL) & Mask;
            x ^= x >> 29;
            if (x != 0)
            {
                return (long)x;
            }
        }
    }
}
