using System.Buffers;
using System.Globalization;

namespace Sluice.PgWire.Types;

/// <summary>Writes what several types print alike.</summary>
internal static class TextOutput
{
    private const int LongestInteger = 20;

    public static void WriteInteger(long value, IBufferWriter<byte> output)
    {
        value.TryFormat(output.GetSpan(LongestInteger), out int written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    public static void WriteByte(byte value, IBufferWriter<byte> output)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
