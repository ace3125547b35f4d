using System.Globalization;

namespace Sluice.Gateway.Tables;

/// <summary>The bounds of a column in words, for its comment and the manual.</summary>
internal static class LimitText
{
    /// <summary>E.g. <c>1 to 140 characters</c>; empty if there are no bounds.</summary>
    public static string Of(ColumnDefinition column) => column.Shape switch
    {
        ColumnShape.Metadata => MapText(column.Limits),
        ColumnShape.Labels => Number($"at most {column.Limits.MaxItems} labels of {column.Limits.MaxCharacters} characters"),
        ColumnShape.LoneElement => "one element",
        _ => string.Join(" and ", Parts(column)),
    };

    private static string MapText(ColumnLimits limits)
    {
        var value = limits.MaxValueBytes < limits.MaxBytes ? Number($", values of {limits.MaxValueBytes:N0} bytes") : string.Empty;
        return Number($"at most {limits.MaxItems} pairs, keys of {limits.MaxKeyBytes} bytes{value}, {limits.MaxBytes:N0} bytes in all");
    }

    private static IEnumerable<string> Parts(ColumnDefinition column)
    {
        var limits = column.Limits;
        if (!limits.Values.IsEmpty)
        {
            yield return limits.Values is [var only] ? only : $"{string.Join(", ", limits.Values[..^1])} or {limits.Values[^1]}";
        }

        if (Range(limits.MinNumber, limits.MaxNumber) is { } numbers)
        {
            yield return numbers;
        }

        if (limits.MaxCharacters is not null)
        {
            yield return $"{Range(limits.MinCharacters, limits.MaxCharacters)} characters";
        }

        if (limits.MaxItems is not null)
        {
            yield return $"{Range(limits.MinItems, limits.MaxItems)} elements";
        }

        if (limits.MaxBytes is not null)
        {
            yield return Number($"at most {limits.MaxBytes:N0} bytes");
        }
    }

    private static string? Range(double? least, double? greatest) => (least, greatest) switch
    {
        (null, null) => null,
        (null, _) => Number($"at most {greatest:#,0.###}"),
        (_, null) => Number($"at least {least:#,0.###}"),
        _ => Number($"{least:#,0.###} to {greatest:#,0.###}"),
    };

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
