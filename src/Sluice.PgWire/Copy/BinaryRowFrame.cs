using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sluice.PgWire.Copy;

/// <summary>
/// Finds the end of a row in COPY's binary format, going on where it had to stop for want of data. A mutable struct: keep it in a field.
/// </summary>
/// <param name="columns">How many fields a row must have.</param>
[StructLayout(LayoutKind.Auto)]
internal struct BinaryRowFrame(int columns)
{
    private const int CountLength = sizeof(short);
    private const int LengthLength = sizeof(int);

    private int _field = -1;
    private long _at;

    /// <summary>The field that was looked at last, for errors.</summary>
    public readonly int Field => _field;

    /// <summary>The length that this field declares.</summary>
    public int FieldLength { get; private set; }

    public void Reset()
    {
        _field = -1;
        _at = 0;
    }

    /// <summary>
    /// Looks for the end of the row that begins with <paramref name="data"/>. A field count or length that cannot be is where a row
    /// ends, too: whoever decodes it finds the error.
    /// </summary>
    /// <param name="data">The row from its beginning.</param>
    /// <param name="needed">The row's length if found, else how many bytes it takes to go on.</param>
    public bool TryFindEnd(ReadOnlySpan<byte> data, out long needed)
    {
        if (_field < 0)
        {
            needed = CountLength;
            if (data.Length < CountLength)
            {
                return false;
            }

            if (BinaryPrimitives.ReadInt16BigEndian(data) != columns)
            {
                return true;
            }

            _field = 0;
            _at = CountLength;
        }

        for (; _field < columns; _field++)
        {
            needed = _at + LengthLength;
            if (data.Length < needed)
            {
                return false;
            }

            int length = BinaryPrimitives.ReadInt32BigEndian(data[(int)_at..]);
            FieldLength = length;
            if (length < -1)
            {
                return true;
            }

            needed += Math.Max(length, 0);
            if (data.Length < needed)
            {
                return false;
            }

            _at = needed;
        }

        needed = _at;
        return true;
    }
}
