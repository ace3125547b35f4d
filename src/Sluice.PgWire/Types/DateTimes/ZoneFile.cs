using System.Buffers.Binary;
using System.Text;

namespace Sluice.PgWire.Types;

/// <summary>Reads a time zone file of the IANA database (RFC 9636), 64-bit data only.</summary>
internal static class ZoneFile
{
    private const int HeaderLength = 44;
    private const int TypeLength = 6;

    /// <summary>
    /// The times at which the offset changes, the offset before the first, the offsets and abbreviations after each, and the rule after
    /// the last.
    /// </summary>
    public sealed record Content(long[] Transitions, int FirstOffset, int[] Offsets, string[] Abbreviations, PosixZone? Rule);

    /// <summary>Reads a file's bytes; <see langword="null"/> if they are no zone file of version 2 or later.</summary>
    public static Content? Read(ReadOnlySpan<byte> file)
    {
        if (!IsHeader(file) || file[4] < '2')
        {
            return null;
        }

        file = file[Block(file, timeLength: 4)..];
        if (!IsHeader(file))
        {
            return null;
        }

        int times = Field(file, 3);
        int types = Field(file, 4);
        int end = Block(file, timeLength: 8);
        if (end > file.Length || types == 0)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = file[HeaderLength..];
        ReadOnlySpan<byte> indexes = rest.Slice(times * sizeof(long), times);
        ReadOnlySpan<byte> offsets = rest.Slice(times * (sizeof(long) + 1), types * TypeLength);
        long[] transitions = new long[times];
        int[] after = new int[times];
        string[] abbreviations = new string[times];
        ReadOnlySpan<byte> names = rest.Slice((times * (sizeof(long) + 1)) + (types * TypeLength), Field(file, 5));
        for (int i = 0; i < times; i++)
        {
            transitions[i] = BinaryPrimitives.ReadInt64BigEndian(rest[(i * sizeof(long))..]);
            ReadOnlySpan<byte> type = offsets.Slice(indexes[i] * TypeLength, TypeLength);
            after[i] = BinaryPrimitives.ReadInt32BigEndian(type);
            ReadOnlySpan<byte> name = names[type[5]..];
            abbreviations[i] = Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
        }

        string footer = Encoding.ASCII.GetString(file[end..]).Trim('\n', '\0');
        return new Content(transitions, BinaryPrimitives.ReadInt32BigEndian(offsets), after, abbreviations, PosixZone.Parse(footer));
    }

    private static bool IsHeader(ReadOnlySpan<byte> file) => file.Length >= HeaderLength && file.StartsWith("TZif"u8);

    private static int Field(ReadOnlySpan<byte> header, int index) => BinaryPrimitives.ReadInt32BigEndian(header[(20 + (index * 4))..]);

    /// <summary>The length of a header and the data that it counts.</summary>
    private static int Block(ReadOnlySpan<byte> header, int timeLength) =>
        HeaderLength + Field(header, 0) + Field(header, 1) + (Field(header, 2) * (timeLength + 4)) + (Field(header, 3) * (timeLength + 1))
            + (Field(header, 4) * TypeLength) + Field(header, 5);
}
