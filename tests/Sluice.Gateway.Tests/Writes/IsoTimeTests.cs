using System.Text;
using Sluice.Gateway.Writes.Fields;

namespace Sluice.Gateway.Tests.Writes;

public sealed class IsoTimeTests
{
    private const long YearOne = -63_082_281_600_000_000;
    private const long EndOfYear9999 = 252_455_615_999_999_999;

    [Theory]
    [InlineData(0, "2000-01-01T00:00:00Z")]
    [InlineData(1, "2000-01-01T00:00:00.000001Z")]
    [InlineData(500_000, "2000-01-01T00:00:00.500Z")]
    [InlineData(-1, "1999-12-31T23:59:59.999999Z")]
    [InlineData(YearOne, "0001-01-01T00:00:00Z")]
    [InlineData(EndOfYear9999, "9999-12-31T23:59:59.999999Z")]
    [InlineData(YearOne - 1, null)]
    [InlineData(EndOfYear9999 + 1, null)]
    [InlineData(long.MaxValue, null)]
    [InlineData(long.MinValue, null)]
    public void Times_of_the_years_1_to_9999_are_ISO_8601(long microseconds, string? expected)
    {
        var text = new byte[IsoTime.MaxLength];
        Assert.Equal(expected is not null, IsoTime.TryFormat(microseconds, text, out var length));
        Assert.Equal(expected ?? string.Empty, Encoding.ASCII.GetString(text, 0, length));
    }
}
