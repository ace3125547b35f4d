using System.Runtime.InteropServices;

namespace Sluice.Emulator.DataPoints;

/// <summary>A point that an aggregate names, e.g. the largest of a period.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NumericPoint(long Timestamp, double Value, PointStatus Status);

/// <summary>All aggregates of one period. Those that need values are null if the period has no usable point.</summary>
internal sealed record Aggregate
{
    public required long Timestamp { get; init; }

    public long Count { get; init; }

    public double? Sum { get; init; }

    public double? Average => Count > 0 && Sum is { } sum ? sum / Count : null;

    public NumericPoint? Min { get; init; }

    public NumericPoint? Max { get; init; }

    public double? Interpolation { get; init; }

    public double? StepInterpolation { get; init; }

    public double? ContinuousVariance { get; init; }

    public double? DiscreteVariance { get; init; }

    public double? TotalVariation { get; init; }

    public long CountGood { get; init; }

    public long CountUncertain { get; init; }

    public long CountBad { get; init; }

    public long DurationGood { get; init; }

    public long DurationUncertain { get; init; }

    public long DurationBad { get; init; }

    /// <summary>The value of a number aggregate by its name; null if it has none in this period.</summary>
    public double? Value(string name) => name switch
    {
        "average" => Average,
        "max" => Max?.Value,
        "min" => Min?.Value,
        "count" => Count,
        "sum" => Sum,
        "interpolation" => Interpolation,
        "stepInterpolation" => StepInterpolation,
        "continuousVariance" => ContinuousVariance,
        "discreteVariance" => DiscreteVariance,
        "totalVariation" => TotalVariation,
        "countGood" => CountGood,
        "countUncertain" => CountUncertain,
        "countBad" => CountBad,
        "durationGood" => DurationGood,
        "durationUncertain" => DurationUncertain,
        "durationBad" => DurationBad,
        _ => null,
    };
}
