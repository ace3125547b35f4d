namespace Sluice.Gateway.Writes.Fields;

/// <summary>Lengths of UTF-8 text.</summary>
internal static class Utf8Length
{
    /// <summary>Characters (code points) of valid UTF-8.</summary>
    public static int Of(ReadOnlySpan<byte> text)
    {
        var length = 0;
        foreach (var b in text)
        {
            length += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return length;
    }
}
