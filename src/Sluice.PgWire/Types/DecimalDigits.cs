using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// A decimal number in work: the digits 0.d₀d₁d₂… × 10^<see cref="Point"/>, as ASCII, in a buffer that the caller owns and that has one
/// byte of room before the first digit, for a carry.
/// </summary>
internal ref struct DecimalDigits
{
    /// <summary>The most digits that PostgreSQL keeps before the point.</summary>
    public const int MaxWhole = 131_072;

    /// <summary>The most digits that PostgreSQL keeps after the point.</summary>
    public const int MaxScale = 16_383;

    private Span<byte> _buffer;
    private int _start;

    /// <summary>A number of the digits in <paramref name="buffer"/> from its second byte on.</summary>
    public DecimalDigits(Span<byte> buffer, int count, int point, int scale, bool isNegative)
    {
        _buffer = buffer;
        _start = 1;
        Count = count;
        Point = point;
        Scale = scale;
        IsNegative = isNegative;
        TrimLeadingZeros();
    }

    /// <summary>How many digits there are; the first is not zero.</summary>
    public int Count { get; private set; }

    /// <summary>How many of the digits stand before the point; may be negative or beyond the last digit.</summary>
    public int Point { get; private set; }

    /// <summary>How many digits are shown after the point.</summary>
    public int Scale { get; private set; }

    public bool IsNegative { get; }

    public readonly bool IsZero => Count == 0;

    public readonly ReadOnlySpan<byte> Digits => _buffer.Slice(_start, Count);

    /// <summary>How many bytes <see cref="Format"/> writes.</summary>
    public readonly int FormattedLength => 1 + Math.Max(Point, 1) + (Scale > 0 ? 1 + Scale : 0);

    /// <summary>Checks that <c>numeric</c> has room for the number.</summary>
    /// <exception cref="PgException">22003: more digits than PostgreSQL's numeric has.</exception>
    public readonly void CheckRange()
    {
        if ((!IsZero && Point > MaxWhole) || Scale > MaxScale)
        {
            throw Overflow();
        }
    }

    public static PgException Overflow() => new(SqlState.NumericValueOutOfRange, "value overflows numeric format");

    /// <summary>Cuts the digits that are not shown.</summary>
    public void Truncate()
    {
        Count = Math.Clamp(Point + Scale, 0, Count);
        TrimLeadingZeros();
    }

    /// <summary>Rounds to <c>numeric(precision, scale)</c>, half away from zero.</summary>
    /// <exception cref="PgException">22003: too large for the precision.</exception>
    public void Round(int precision, int scale)
    {
        int kept = Point + scale;
        if (kept < Count)
        {
            bool up = kept >= 0 && _buffer[_start + kept] >= '5';
            Count = Math.Max(kept, 0);
            if (up)
            {
                AddOneToLast();
            }
        }

        Scale = Math.Max(scale, 0);
        int whole = precision - scale;
        if (!IsZero && Point > whole)
        {
            throw new PgException(
                SqlState.NumericValueOutOfRange,
                "numeric field overflow",
                $"A field with precision {precision}, scale {scale} must round to an absolute value less than "
                    + (whole == 0 ? "1." : $"10^{whole}."));
        }
    }

    /// <summary>Writes the number as PostgreSQL prints it, and returns how many bytes that took.</summary>
    public readonly int Format(Span<byte> output)
    {
        int at = 0;
        if (IsNegative && !IsZero)
        {
            output[at++] = (byte)'-';
        }

        int whole = IsZero ? 0 : Math.Max(Point, 0);
        if (whole == 0)
        {
            output[at++] = (byte)'0';
        }

        at = CopyDigits(output, at, 0, whole);
        if (Scale > 0)
        {
            output[at++] = (byte)'.';
            int gap = IsZero ? Scale : Math.Min(Math.Max(-Point, 0), Scale);
            output.Slice(at, gap).Fill((byte)'0');
            at = CopyDigits(output, at + gap, whole, Scale - gap);
        }

        return at;
    }

    /// <summary>Copies digits, and zeros where there are none.</summary>
    private readonly int CopyDigits(Span<byte> output, int at, int from, int length)
    {
        int there = Math.Clamp(Count - from, 0, length);
        _buffer.Slice(_start + Math.Min(from, Count), there).CopyTo(output[at..]);
        output.Slice(at + there, length - there).Fill((byte)'0');
        return at + length;
    }

    private void AddOneToLast()
    {
        int at = _start + Count - 1;
        while (at >= _start && _buffer[at] == '9')
        {
            _buffer[at--] = (byte)'0';
        }

        if (at >= _start)
        {
            _buffer[at]++;
            return;
        }

        _buffer[--_start] = (byte)'1';
        Count++;
        Point++;
    }

    private void TrimLeadingZeros()
    {
        int zeros = Digits.IndexOfAnyExcept((byte)'0');
        zeros = zeros < 0 ? Count : zeros;
        _start += zeros;
        Count -= zeros;
        Point -= zeros;
    }
}
