using System.Globalization;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Types;

/// <summary>Numbers and booleans, compared with a real PostgreSQL.</summary>
public sealed class NumberTextTests(RealPostgres postgres)
{
    private static readonly string[] Integers =
    [
        "0", "-0", "+0", "1", "-1", "+7", " 7", "7 ", "\t\n\v\f\r 7 \r\n", "007", "", " ", "-", "+", "- 1", "--1", "1-", "1 2", "1.0", "1e3", "0x10",
        "1_000", "x", "é", "1x", "x1", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483648", "-2147483649",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "999999999999999999",
        "99999999999999999999999", "99999999999999999999x", "9223372036854775807x", "00000000000000000000000000001", "-00000000000000000000000007",
        "32768x", "2147483648x", "１",
    ];

    private static readonly string[] Floats =
    [
        "0", "-0", "1", "-1.5", "+2.5", ".5", "5.", ".", "-.", "1e", "1e+", "e5", "1e5", "1E5", "1e-5", "1.5e+10", " 1.5 ", "\t1\n", "", " ", "x", "1x", "1 2",
        "NaN", "nan", "-nan", "+NaN", "Infinity", "-Infinity", "+Infinity", "inf", "-inf", "+inf", "INF", "infinit", "infinityx", "1e308", "1.7976931348623157e308",
        "1.8e308", "1e309", "-1e309", "1e-307", "4.9e-324", "2.4e-324", "1e-400", "-1e-400", "0e-400", "0.1", "0.2", "0.30000000000000004", "1e23", "9007199254740992",
        "9007199254740993", "123456789012345", "1234567890123456", "12345678901234567890", "100000", "1000000", "1e15", "1e14", "1e16", "0.0001", "0.00001",
        "123456.789", "3.4028235e38", "3.5e38", "1e39", "1.17549435e-38", "1e-45", "1e-46", "16777216", "16777217", "0x10", "0x1.8p3", "0x", "0xg", "0x1p", "0X1P-2",
        "1,5", "1e5.5", "1.2.3", "--1", "+-1", "0.1e1x", "1d", "1f", "8.5", "2.2250738585072014e-308", "5e-324", "1.0000000000000002", "123456789.123456789",
        "0.000000000000000000000000000000000000000000001234", "00001.5", "-00.25000", "1234567.125", "72057594037927936", "144115188075855872", "2e-44", "1.1e22", "1e22",
    ];

    private static readonly string[] Numerics =
    [
        "0", "-0", "+0", "-0.00", "00", "0.0", "1", "-1", "+1", "007", "1.", ".5", "-.5", "1.50", "-1.50", "0.001", "1e3", "1E+3", "1e-3", "1.5e1", "1.5e-1", "12345e-2",
        "1e0", "1.25e1", "-0e5", "0e5", "0e-5", " 1.5 ", "\t1\n", "", " ", ".", "-", "e", "e5", "1e", "1e+", "1ex", "1x", "x", "1 2", "1.2.3", "--1", "+-1", "1,5", "1_0",
        "NaN", "nan", "-nan", "Infinity", "-Infinity", "inf", "-inf", "+inf", "+infinity", "infx", "12345678901234567890123456789012345678901234567890.123456789",
        "1e131071", "1e131072", "1e-16383", "1e-16384", "0e-16384", "0e200000", "1e2147483647", "1e-2147483647", "1e1073741823", "1e99999999999999999999",
        "0.00000000000000000000000000000000000000000001", "99.995", "-99.995", "99.994", "99.994999", "999.99", "999.995", "1000", "-999.995", "0.005", "0.004999", "-0.004",
        "9.5", "0.5", "10", "99999", "150", "149.9", "0x10", "1.0e", "१",
    ];

    private static readonly string[] Booleans =
    [
        "t", "f", "T", "F", "true", "false", "TRUE", "False", "tr", "tru", "fa", "fals", "y", "n", "yes", "no", "ye", "YES", "on", "off", "of", "o", "ON", "1", "0", "10", "2", "",
        " t ", "\ttrue\n", "t t", "truex", "-1", "nO", "é",
    ];

    [Theory]
    [InlineData("int2")]
    [InlineData("int4")]
    [InlineData("int8")]
    public Task Integers_are_read_as_PostgreSQL_reads_them(string type) =>
        ValueComparison.CompareAsync(postgres, new ColumnType(PgType.FromName(type)!), Integers);

    [Theory]
    [InlineData("float4")]
    [InlineData("float8")]
    public Task Floats_are_read_and_printed_as_PostgreSQL_does(string type) =>
        ValueComparison.CompareAsync(postgres, new ColumnType(PgType.FromName(type)!), Floats);

    [Fact]
    public Task Any_float8_is_printed_as_PostgreSQL_does() =>
        ValueComparison.CompareAsync(postgres, new ColumnType(PgType.Float8), [.. Doubles().Select(d => d.ToString("E17", CultureInfo.InvariantCulture))]);

    [Fact]
    public Task Any_float4_is_printed_as_PostgreSQL_does() => ValueComparison.CompareAsync(
        postgres, new ColumnType(PgType.Float4), [.. Doubles().Select(d => (float)d).Where(float.IsNormal).Select(d => d.ToString("E9", CultureInfo.InvariantCulture))]);

    [Fact]
    public Task Any_decimal_is_read_as_PostgreSQL_reads_it()
    {
        Random random = new(7);
        IEnumerable<string> texts = Enumerable.Range(0, 1500).Select(_ =>
            random.GetItems(["", "-", ""], 1)[0] + random.NextInt64(1L << random.Next(1, 62)) + random.GetItems(["", ".", ".0", ".5", ".25", ".125", ".333333333"], 1)[0]
                + random.GetItems(["", "", "", "e5", "e-12", "e20", "e-30"], 1)[0]);
        return ValueComparison.CompareAsync(postgres, new ColumnType(PgType.Float8), [.. texts]);
    }

    [Fact]
    public Task Numerics_are_read_and_printed_as_PostgreSQL_does() => ValueComparison.CompareAsync(postgres, new ColumnType(PgType.Numeric), Numerics);

    [Theory]
    [InlineData(5, 2)]
    [InlineData(3, 0)]
    [InlineData(2, 5)]
    [InlineData(3, -1)]
    [InlineData(2, 2)]
    [InlineData(1000, 3)]
    public Task Numerics_are_rounded_to_their_scale_as_PostgreSQL_does(int precision, int scale) =>
        ValueComparison.CompareAsync(postgres, ColumnType.NumericOf(precision, scale), Numerics);

    [Fact]
    public Task Booleans_are_read_as_PostgreSQL_reads_them() => ValueComparison.CompareAsync(postgres, new ColumnType(PgType.Bool), Booleans);

    [Fact]
    public async Task Numbers_have_PostgreSQLs_binary_format()
    {
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Bool), "t", "f");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Int2), "0", "-1", "32767");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Int4), "0", "-1", "2147483647");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Int8), "0", "-1", "9223372036854775807");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Float4), "0", "-0", "1.5", "3e38", "Infinity");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Float8), "0", "-0", "1.5", "3e300", "-Infinity");
        await ValueComparison.CompareBinaryAsync(
            postgres, new(PgType.Numeric), "0", "0.00", "1", "-1", "10000", "9999", "100000000", "0.0001", "0.00001", "1234567.891", "-12.5", "1e-20", "1e30", "120000.00012", "NaN", "0.1000", "123456789012345678901234567890.1234567890");
    }

    /// <summary>Doubles of all sizes, and those where decimals lie halfway between two.</summary>
    private static IEnumerable<double> Doubles()
    {
        Random random = new(42);
        for (int i = 0; i < 3000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (double.IsNormal(value))
            {
                yield return value;
            }

            yield return random.Next() / 1000.0;
            yield return Math.ScaleB(random.Next(1, 1000), random.Next(-60, 90));
        }
    }
}
