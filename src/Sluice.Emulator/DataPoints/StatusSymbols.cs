using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>The categories of status codes that the emulator knows, and the flags that may follow them.</summary>
internal static class StatusSymbols
{
    private static readonly Dictionary<string, uint> s_categories = new(StringComparer.Ordinal)
    {
        ["Good"] = 0x0000,
        ["GoodClamped"] = 0x0030,
        ["GoodLocalOverride"] = 0x0096,
        ["Uncertain"] = 0x4000,
        ["UncertainLastUsableValue"] = 0x4090,
        ["UncertainSensorNotAccurate"] = 0x4093,
        ["UncertainEngineeringUnitsExceeded"] = 0x4094,
        ["Bad"] = 0x8000,
        ["BadCommunicationError"] = 0x8005,
        ["BadNoCommunication"] = 0x8031,
        ["BadOutOfRange"] = 0x803C,
        ["BadNotConnected"] = 0x808A,
        ["BadDeviceFailure"] = 0x808B,
        ["BadSensorFailure"] = 0x808C,
        ["BadOutOfService"] = 0x808D,
        ["BadNoData"] = 0x809B,
    };

    private static readonly (string Name, uint Mask, uint Bits)[] s_flags =
    [
        ("StructureChanged", 0x8000, 0x8000),
        ("SemanticsChanged", 0x4000, 0x4000),
        ("Low", 0x0300, 0x0100),
        ("High", 0x0300, 0x0200),
        ("Constant", 0x0300, 0x0300),
        ("Overflow", 0x0080, 0x0080),
        ("MultipleValues", 0x0010, 0x0010),
        ("ExtraData", 0x0008, 0x0008),
        ("Partial", 0x0004, 0x0004),
        ("Calculated", 0x0003, 0x0001),
        ("Interpolated", 0x0003, 0x0002),
    ];

    private static readonly Dictionary<uint, string> s_names = s_categories.ToDictionary(c => c.Value, c => c.Key);

    private const uint DataValueInfo = 0x0400;

    /// <summary>Whether the code has a known category, no reserved bits, and the info type that its flags need.</summary>
    public static bool IsValid(uint code)
    {
        var low = code & 0xFFFF;
        return s_names.ContainsKey(code >> 16)
            && (low & 0x3860) == 0
            && (low & 0x0003) != 3
            && ((low & 0x03FF) == 0 || (low & DataValueInfo) != 0);
    }

    public static uint Parse(string symbol)
    {
        var parts = symbol.Split(',', StringSplitOptions.TrimEntries);
        if (!s_categories.TryGetValue(parts[0], out var category))
        {
            throw CdfException.BadRequest($"Unknown status symbol '{symbol}'");
        }

        var code = category << 16;
        foreach (var part in parts.Skip(1))
        {
            var flag = Array.Find(s_flags, f => f.Name == part);
            if (flag.Name is null)
            {
                throw CdfException.BadRequest($"Unknown status symbol '{symbol}'");
            }

            code |= flag.Bits | (flag.Mask <= 0x0300 ? DataValueInfo : 0);
        }

        return code;
    }

    public static string Format(uint code)
    {
        var flags = s_flags.Where(f => (code & f.Mask) == f.Bits).Select(f => f.Name);
        return string.Join(", ", flags.Prepend(s_names[code >> 16]));
    }
}
