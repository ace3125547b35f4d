using System.Text;
using Google.Protobuf;
using Sluice.Cdf.DataPoints;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tests.Oracle;

namespace Sluice.Cdf.Tests.DataPoints;

public sealed class DataPointEncoderTests : IDisposable
{
    private readonly PooledBuffer _buffer = new(16);

    public static TheoryData<long> Timestamps =>
    [
        1_700_000_000_000, 0, 1, 127, 128, -1, (1L << 35) - 1, 1L << 35, (1L << 42) - 1, 1L << 42, DataPointsApi.MinTimestamp, DataPointsApi.MaxTimestamp,
    ];

    public void Dispose() => _buffer.Dispose();

    [Theory]
    [MemberData(nameof(Timestamps))]
    public void Every_timestamp_reads_back(long timestamp)
    {
        var encoder = new DataPointEncoder(_buffer);
        encoder.BeginSeries("ts"u8);
        encoder.AppendNumeric([timestamp], [1.5]);
        encoder.AppendNumeric(timestamp, 2.5, DataPointStatus.Uncertain);
        encoder.EndSeries();
        encoder.BeginSeries("text"u8);
        encoder.AppendString(timestamp, "v"u8);
        encoder.EndSeries();

        var items = Decoded().Items;
        Assert.Equal([timestamp, timestamp], items[0].NumericDatapoints.Datapoints.Select(point => point.Timestamp));
        Assert.Equal([1.5, 2.5], items[0].NumericDatapoints.Datapoints.Select(point => point.Value));
        Assert.Equal(timestamp, Assert.Single(items[1].StringDatapoints.Datapoints).Timestamp);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 6)]
    [InlineData(3, 7)]
    [InlineData(200, 100)]
    [InlineData(2, 1_000)]
    [InlineData(1, 100_000)]
    [InlineData(10_000, 10)]
    public void A_request_is_byte_for_byte_what_the_generated_classes_write(int series, int points)
    {
        var random = new Random(series + points);
        var expected = new DataPointInsertionRequest();
        var encoder = new DataPointEncoder(_buffer);
        for (var s = 0; s < series; s++)
        {
            var externalId = "series-" + new string('x', s % 200) + s;
            var timestamps = Enumerable.Range(0, points).Select(i => 1_700_000_000_000 + (i * 1000L)).ToArray();
            var values = timestamps.Select(_ => random.NextDouble() + 0.1).ToArray();

            encoder.BeginSeries(Encoding.UTF8.GetBytes(externalId));
            encoder.AppendNumeric(timestamps.AsSpan(0, points / 2), values.AsSpan(0, points / 2));
            encoder.AppendNumeric(timestamps.AsSpan(points / 2), values.AsSpan(points / 2));
            encoder.EndSeries();

            expected.Items.Add(Numeric(externalId, timestamps, values));
        }

        Assert.Equal(series, encoder.Series);
        Assert.Equal(series * points, encoder.Points);
        Assert.True(_buffer.WrittenSpan.SequenceEqual(expected.ToByteArray()));
    }

    [Fact]
    public void Rows_are_taken_by_index_and_their_microseconds_rounded_down()
    {
        var encoder = new DataPointEncoder(_buffer);
        var day = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        long Micros(DateTime time) => (time - day).Ticks / 10;
        var times = new[]
        {
            new DateTime(2024, 2, 29, 12, 0, 0, 1, DateTimeKind.Utc).AddMicroseconds(999),
            new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            new DateTime(1969, 12, 31, 23, 59, 59, 999, DateTimeKind.Utc).AddMicroseconds(1),
            new DateTime(2099, 12, 31, 23, 59, 59, 999, DateTimeKind.Utc).AddMicroseconds(999),
        };
        encoder.BeginSeries(42);
        encoder.AppendNumeric<MicrosecondsSince2000>([3, 1, 2, 0], times.Select(Micros).ToArray(), [0, 1, 2, 3]);
        encoder.EndSeries();

        var item = Assert.Single(Decoded().Items);
        Assert.Equal(42, item.Id);
        Assert.Equal([3.0, 1, 2, 0], item.NumericDatapoints.Datapoints.Select(point => point.Value));
        Assert.Equal(
            [DataPointsApi.MaxTimestamp, DataPointsApi.MinTimestamp, -1, 1_709_208_000_001],
            item.NumericDatapoints.Datapoints.Select(point => point.Timestamp));
    }

    [Fact]
    public void Bad_points_may_be_NaN_infinite_or_missing()
    {
        var encoder = new DataPointEncoder(_buffer);
        encoder.BeginSeries("ts"u8);
        encoder.AppendNumeric(1, double.NaN, DataPointStatus.Bad);
        encoder.AppendNumeric(2, double.NegativeInfinity, DataPointStatus.Bad);
        encoder.AppendNumeric(3, null, DataPointStatus.Bad);
        encoder.AppendNumeric(4, 4, DataPointStatus.Good);
        encoder.EndSeries();

        var points = Assert.Single(Decoded().Items).NumericDatapoints.Datapoints;
        Assert.Equal([double.NaN, double.NegativeInfinity, 0, 4], points.Select(point => point.Value));
        Assert.Equal([false, false, true, false], points.Select(point => point.NullValue));
        Assert.Equal([2147483648, 2147483648, 2147483648, 0], points.Select(point => point.Status?.Code ?? 0));
        Assert.Null(points[3].Status);
    }

    [Fact]
    public void Strings_of_all_lengths_read_back()
    {
        var encoder = new DataPointEncoder(_buffer);
        string[] values = ["", "a", "å", new('b', 127), new('c', 128), new('d', 1023)];
        encoder.BeginSeries("text"u8);
        foreach (var value in values)
        {
            encoder.AppendString(1_700_000_000_000, Encoding.UTF8.GetBytes(value), DataPointStatus.Uncertain);
        }

        encoder.EndSeries();

        var points = Assert.Single(Decoded().Items).StringDatapoints.Datapoints;
        Assert.Equal(values, points.Select(point => point.Value));
        Assert.All(points, point => Assert.Equal(1073741824, point.Status.Code));
    }

    [Fact]
    public void A_series_without_points_leaves_nothing()
    {
        var encoder = new DataPointEncoder(_buffer);
        encoder.BeginSeries("empty"u8);
        encoder.AppendNumeric([], []);
        encoder.EndSeries();
        encoder.BeginSeries("full"u8);
        encoder.AppendNumeric([1], [1]);
        encoder.EndSeries();
        encoder.BeginSeries("empty too"u8);
        encoder.EndSeries();

        Assert.Equal("full", Assert.Single(Decoded().Items).ExternalId);
        Assert.Equal(1, encoder.Series);
    }

    private DataPointInsertionRequest Decoded() => DataPointInsertionRequest.Parser.ParseFrom(_buffer.WrittenSpan);

    private static DataPointInsertionItem Numeric(string externalId, long[] timestamps, double[] values)
    {
        var points = new NumericDatapoints();
        points.Datapoints.AddRange(timestamps.Zip(values, (timestamp, value) => new NumericDatapoint { Timestamp = timestamp, Value = value }));
        return new DataPointInsertionItem { ExternalId = externalId, NumericDatapoints = points };
    }
}
