using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>A point in time: milliseconds (as a number or in a string), <c>now</c>, or <c>2d-ago</c> with s, m, h, d or w.</summary>
internal static class TimeExpression
{
    public static long Read(JsonElement value, string name, long now)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return JsonChecks.Integer(value, name);
        }

        var text = JsonChecks.String(value, name);
        if (text == "now")
        {
            return now;
        }

        if (long.TryParse(text, out var number))
        {
            return number;
        }

        const string Ago = "-ago";
        if (text.EndsWith(Ago, StringComparison.Ordinal)
            && text.Length > Ago.Length + 1
            && long.TryParse(text.AsSpan(0, text.Length - Ago.Length - 1), out var count)
            && UnitMs(text[^(Ago.Length + 1)]) is { } unit)
        {
            return now - (count * unit);
        }

        throw CdfException.BadRequest($"Invalid {name} '{text}': it must be milliseconds, now, or a time such as 2d-ago");
    }

    private static long? UnitMs(char unit) => unit switch
    {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        'w' => 7 * 86_400_000,
        _ => null,
    };
}
