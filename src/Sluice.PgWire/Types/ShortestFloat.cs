using System.Globalization;
using System.Numerics;

namespace Sluice.PgWire.Types;

/// <summary>
/// The shortest decimal that reads back as a float: <see cref="Digits"/>, a point after the first of them, times
/// 10^<see cref="Exponent"/>. A decimal that lies exactly between two floats does not count, though rounding to even would read it
/// back: PostgreSQL does not rely on that.
/// </summary>
internal ref struct ShortestFloat
{
    /// <summary>Room for the digits.</summary>
    public const int BufferLength = 32;

    /// <summary>As many digits as tell any double from its neighbours.</summary>
    private const int MaxDigits = 17;

    private readonly Span<byte> _digits;
    private int _count;

    private ShortestFloat(Span<byte> buffer) => _digits = buffer;

    /// <summary>The significant digits, as ASCII, without zeros around them; none for zero.</summary>
    public readonly ReadOnlySpan<byte> Digits => _digits[.._count];

    /// <summary>The power of ten of the first digit.</summary>
    public int Exponent { get; private set; }

    /// <summary>The shortest decimal of a finite value's magnitude.</summary>
    public static ShortestFloat Of(double value, Span<byte> buffer)
    {
        long bits = BitConverter.DoubleToInt64Bits(value) & long.MaxValue;
        return Of(double.Abs(value), buffer, bits & ((1L << 52) - 1), (int)(bits >> 52), mantissaBits: 52, bias: 1075);
    }

    /// <inheritdoc cref="Of(double, Span{byte})"/>
    public static ShortestFloat Of(float value, Span<byte> buffer)
    {
        int bits = BitConverter.SingleToInt32Bits(value) & int.MaxValue;
        return Of(float.Abs(value), buffer, bits & ((1 << 23) - 1), bits >> 23, mantissaBits: 23, bias: 150);
    }

    private static ShortestFloat Of<T>(T magnitude, Span<byte> buffer, long fraction, int exponent, int mantissaBits, int bias)
        where T : IUtf8SpanFormattable
    {
        ShortestFloat shortest = new(buffer);
        shortest.Format(magnitude, "R");
        BigInteger mantissa = exponent == 0 ? fraction : fraction | (1L << mantissaBits);
        int power = Math.Max(exponent, 1) - bias;
        bool isLowest = fraction == 0 && exponent > 1;
        for (int more = shortest._count; shortest._count > 0 && more < MaxDigits && shortest.IsMidpoint(mantissa, power, isLowest); more++)
        {
            shortest.Format(magnitude, string.Create(CultureInfo.InvariantCulture, $"E{more}"));
        }

        return shortest;
    }

    private void Format<T>(T magnitude, string format)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[BufferLength];
        magnitude.TryFormat(text, out int length, format, CultureInfo.InvariantCulture);
        text = text[..length];
        _count = 0;
        Exponent = -1;
        int mark = text.IndexOf((byte)'E');
        int scientific = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        text = mark < 0 ? text : text[..mark];
        int point = text.IndexOf((byte)'.');
        Exponent = (point < 0 ? text.Length : point) - 1 + scientific;
        foreach (byte b in text)
        {
            if (b == '0' && _count == 0)
            {
                Exponent--;
            }
            else if (b != '.')
            {
                _digits[_count++] = b;
            }
        }

        _count = Digits.TrimEnd((byte)'0').Length;
    }

    /// <summary>Whether the decimal lies halfway from mantissa × 2^power to the float above or below.</summary>
    /// <param name="mantissa">The whole mantissa as an integer.</param>
    /// <param name="power">Its power of two.</param>
    /// <param name="isLowest">Whether the float below is nearer, for it is the last of a smaller power.</param>
    private readonly bool IsMidpoint(BigInteger mantissa, int power, bool isLowest)
    {
        BigInteger decimalSide = ulong.Parse(Digits, NumberStyles.None, CultureInfo.InvariantCulture) * new BigInteger(4);
        BigInteger above = (4 * mantissa) + 2;
        BigInteger below = (4 * mantissa) - (isLowest ? 1 : 2);
        BigInteger scale = 1;
        int decimalPower = Exponent - _count + 1;
        if (decimalPower >= 0)
        {
            decimalSide *= BigInteger.Pow(10, decimalPower);
        }
        else
        {
            scale = BigInteger.Pow(10, -decimalPower);
        }

        if (power >= 0)
        {
            scale <<= power;
        }
        else
        {
            decimalSide <<= -power;
        }

        return decimalSide == above * scale || decimalSide == below * scale;
    }
}
