using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>A data point's status (OPC UA style) and whether it has no value at all.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PointStatus(uint Code, bool IsNull)
{
    public static readonly PointStatus Good = new(0, IsNull: false);

    public bool IsBad => Code >> 30 == 2;

    public bool IsUncertain => Code >> 30 == 1;

    public bool IsGood => Code >> 30 == 0;

    /// <summary>Reads <c>{"code","symbol"}</c>; one is enough, both must agree.</summary>
    public static uint ReadCode(JsonElement status)
    {
        JsonChecks.Object(status, "status");
        return ReadCode(
            status.Optional("code") is { } code ? JsonChecks.Integer(code, "status.code") : null,
            status.Optional("symbol") is { } symbol ? JsonChecks.String(symbol, "status.symbol") : null);
    }

    public static uint ReadCode(long? code, string? symbol)
    {
        uint? fromSymbol = symbol is null ? null : StatusSymbols.Parse(symbol);
        if (code is null)
        {
            return fromSymbol ?? 0;
        }

        if (code is < 0 or > uint.MaxValue || !StatusSymbols.IsValid((uint)code))
        {
            throw CdfException.BadRequest($"Invalid status code {code}");
        }

        return fromSymbol is null || fromSymbol == code
            ? (uint)code
            : throw CdfException.BadRequest($"Status code {code} and symbol '{symbol}' do not agree");
    }
}
