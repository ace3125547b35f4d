namespace Sluice.Demo;

/// <summary>One CSV file, the table that it goes to, and how to count what arrived.</summary>
internal sealed record SampleLoad
{
    private static readonly string[] NumericSeries = ["seattle:precipitation", "seattle:temp_max", "seattle:temp_min", "seattle:wind"];

    private static readonly string[] StringSeries = ["seattle:weather"];

    /// <summary>The table that the demo makes for the flights.</summary>
    public const string FlightsTable = "flights";

    public const string FlightsDatabase = "samples";

    public const string FlightsKey = "flight";

    /// <summary>What people call it.</summary>
    public required string Title { get; init; }

    public required string Table { get; init; }

    public required string File { get; init; }

    /// <summary>Rows in the file.</summary>
    public required long Rows { get; init; }

    /// <summary>Counts them in CDF.</summary>
    public required Func<CdfCounts, CancellationToken, Task<long>> CountAsync { get; init; }

    public static IReadOnlyList<KeyValuePair<string, string>> FlightsColumns { get; } =
    [
        new(FlightsKey, "TEXT"),
        new("scheduled_at", "TIMESTAMPTZ"),
        new("origin", "TEXT"),
        new("destination", "TEXT"),
        new("distance_miles", "BIGINT"),
        new("delay_minutes", "BIGINT"),
    ];

    /// <summary>All loads, in the order in which they refer to each other.</summary>
    public static IReadOnlyList<SampleLoad> All { get; } =
    [
        new()
        {
            Title = "airports",
            Table = "assets",
            File = "airports.csv",
            Rows = 3_376,
            CountAsync = (cdf, cancellationToken) => cdf.AssetsAsync(cancellationToken),
        },
        new()
        {
            Title = "a week of earthquakes",
            Table = "events",
            File = "earthquakes.csv",
            Rows = 1_707,
            CountAsync = (cdf, cancellationToken) => cdf.EventsAsync(cancellationToken),
        },
        new()
        {
            Title = "Seattle weather: series",
            Table = "time_series",
            File = "weather-series.csv",
            Rows = 5,
            CountAsync = (cdf, cancellationToken) => cdf.TimeSeriesAsync(cancellationToken),
        },
        new()
        {
            Title = "Seattle weather: numbers",
            Table = "double_datapoints",
            File = "weather-numbers.csv",
            Rows = 4 * 1_461,
            CountAsync = (cdf, cancellationToken) => cdf.DataPointsAsync(NumericSeries, cancellationToken),
        },
        new()
        {
            Title = "Seattle weather: words",
            Table = "string_datapoints",
            File = "weather-words.csv",
            Rows = 1_461,
            CountAsync = (cdf, cancellationToken) => cdf.DataPointsAsync(StringSeries, cancellationToken),
        },
        new()
        {
            Title = "flights",
            Table = FlightsTable,
            File = "flights.csv",
            Rows = 5_000,
            CountAsync = (cdf, cancellationToken) => cdf.RawRowsAsync(FlightsDatabase, FlightsTable, cancellationToken),
        },
    ];
}
