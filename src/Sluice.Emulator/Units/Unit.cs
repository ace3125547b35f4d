using System.Text.Json;

namespace Sluice.Emulator.Units;

/// <summary>
/// A unit of measure. A value is converted to the base unit of its quantity by adding the offset, then multiplying.
/// </summary>
internal sealed record Unit(
    string ExternalId,
    string Name,
    string LongName,
    string Symbol,
    IReadOnlyList<string> AliasNames,
    string Quantity,
    double Multiplier,
    double Offset)
{
    private const string Source = "qudt.org";

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("externalId"u8, ExternalId);
        writer.WriteString("name"u8, Name);
        writer.WriteString("longName"u8, LongName);
        writer.WriteString("symbol"u8, Symbol);
        writer.WriteStartArray("aliasNames"u8);
        foreach (var alias in AliasNames)
        {
            writer.WriteStringValue(alias);
        }

        writer.WriteEndArray();
        writer.WriteString("quantity"u8, Quantity);
        writer.WriteStartObject("conversion"u8);
        writer.WriteNumber("multiplier"u8, Multiplier);
        writer.WriteNumber("offset"u8, Offset);
        writer.WriteEndObject();
        writer.WriteString("source"u8, Source);
        writer.WriteString("sourceReference"u8, $"https://{Source}/vocab/unit/{Name}");
        writer.WriteEndObject();
    }
}

/// <summary>The unit that a system has for each quantity.</summary>
internal sealed record UnitSystem(string Name, IReadOnlyList<(string Quantity, string UnitExternalId)> Quantities)
{
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, Name);
        writer.WriteStartArray("quantities"u8);
        foreach (var (quantity, unit) in Quantities)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, quantity);
            writer.WriteString("unitExternalId"u8, unit);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
