using System.Globalization;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Live;

/// <summary>Whatever goes wrong on the way, CDF holds what was acknowledged, and beyond it at most what an error named as in doubt.</summary>
public sealed class RandomFaultTests
{
    private static readonly string[] Faults =
    [
        """{"action":"drop","when":"before","path":"PATH","probability":0.15}""",
        """{"action":"drop","when":"after","path":"PATH","probability":0.15}""",
        """{"action":"status","status":503,"path":"PATH","probability":0.2}""",
        """{"action":"status","status":500,"when":"after","path":"PATH","probability":0.1}""",
        """{"action":"rateLimit","path":"PATH","probability":0.3}""",
        """{"action":"latency","milliseconds":5,"path":"PATH","probability":0.5}""",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Events_with_external_ids(int seed)
    {
        await using var cdf = await LiveCdf.StartAsync(maxAttempts: 3);
        var random = new Random(seed);
        await InjectAsync(cdf, "/events", random);
        var rows = Enumerable.Range(0, 40).Select(i => new string?[] { $"e{i}" }).ToArray();
        var (stored, doubtful) = await RunAsync(cdf, "events", ["external_id"], rows, random);
        await cdf.FaultsAsync();
        var found = (await cdf.ItemsAsync("events")).Select(item => item.GetProperty("externalId").GetString()).ToList();
        Assert.Equal(found.Distinct(StringComparer.Ordinal), found);
        Assert.InRange(found.Count, stored, stored + doubtful);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Events_without_external_ids_are_never_there_twice(int seed)
    {
        await using var cdf = await LiveCdf.StartAsync(maxAttempts: 3);
        var random = new Random(seed);
        await InjectAsync(cdf, "/events", random);
        var rows = Enumerable.Range(0, 40).Select(i => new string?[] { $"t{i}" }).ToArray();
        var (stored, doubtful) = await RunAsync(cdf, "events", ["type"], rows, random);
        await cdf.FaultsAsync();
        var found = (await cdf.ItemsAsync("events")).Select(item => item.GetProperty("type").GetString()).ToList();
        Assert.Equal(found.Distinct(StringComparer.Ordinal), found);
        Assert.InRange(found.Count, stored, stored + doubtful);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    public async Task RAW_rows_of_few_keys_end_as_the_last_row_of_each_key_says(int seed)
    {
        await using var cdf = await LiveCdf.StartAsync(maxAttempts: 6);
        var random = new Random(seed);
        await InjectAsync(cdf, "*rows*", random);
        var rows = Enumerable.Range(0, 60).Select(i => new string?[] { "db", "t", $"k{i % 5}", $"{{\"i\":{i}}}" }).ToArray();
        var (stored, _) = await RunAsync(cdf, "raw_rows", ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"], rows, random);
        await cdf.FaultsAsync();
        var found = await cdf.RawRowsAsync("db", "t");
        if (stored == rows.Length)
        {
            Assert.Equal(Enumerable.Range(55, 5).Select(i => $"{{\"i\":{i}}}"), found.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => row.Value));
        }

        Assert.True(stored == 0 || found.Count > 0);
    }

    private static Task InjectAsync(LiveCdf cdf, string path, Random random) => cdf.FaultsAsync(
        [.. Faults.Where(_ => random.Next(2) == 0).Select(fault => fault.Replace("PATH", path, StringComparison.Ordinal))]);

    private static async Task<(int Stored, int Doubtful)> RunAsync(LiveCdf cdf, string table, string[] columns, string?[][] rows, Random random)
    {
        var context = cdf.Context with { Limits = cdf.Context.Limits with { MaxRequestsInFlight = random.Next(1, 6) } };
        try
        {
            return ((int)(await cdf.CopyAsync(table, columns, rows, context, batchRows: random.Next(1, 6))).Rows, 0);
        }
        catch (PgException e)
        {
            var numbers = e.Error.Detail!.Split(' ').Where(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToList();
            var nothing = e.Error.Detail.StartsWith("No row", StringComparison.Ordinal);
            var stored = nothing ? 0 : numbers[0];
            var doubtful = e.Error.Detail.Contains(" not known of ", StringComparison.Ordinal) ? numbers[nothing ? 0 : 1] : 0;
            Assert.True(doubtful == 0 || e.Error.SqlState == SqlState.StatementCompletionUnknown, e.Error.SqlState);
            Assert.True(stored == 0 || e.Error.SqlState == SqlState.StatementCompletionUnknown || !e.Error.SqlState.StartsWith('5'), e.Error.SqlState);
            return (stored, doubtful);
        }
    }
}
