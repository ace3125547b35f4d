using System.Text.Json;
using Sluice.Emulator.Classic;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.SequenceRows;

/// <summary>Values of cells, whose kind is that of their column.</summary>
internal static class SequenceCell
{
    private const int MaxTextLength = 256;
    private const double MaxNumber = 1e100;

    /// <summary>The value, null for a missing one; 400 if the column cannot hold it.</summary>
    public static object? Read(JsonElement value, Record column)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return SequenceColumnsField.TypeOf(column) switch
        {
            "STRING" when value.ValueKind == JsonValueKind.String =>
                JsonChecks.Text(value, SequenceColumnsField.NameOf(column), 0, MaxTextLength),
            "LONG" when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) => number,
            "DOUBLE" when value.ValueKind == JsonValueKind.Number && Math.Abs(value.GetDouble()) <= MaxNumber => value.GetDouble(),
            var type => throw CdfException.BadRequest(
                $"expected a value of type {type} in column {SequenceColumnsField.NameOf(column)}, got {value.GetRawText()}"),
        };
    }

    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
