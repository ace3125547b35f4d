using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>{"min","max"}</c>, both included, or <c>{"isNull":true}</c>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NumberRange(long Min, long Max, bool? IsNull)
{
    public static NumberRange Read(JsonElement json, string name)
    {
        JsonChecks.Object(json, name);
        return new NumberRange(
            json.Optional("min") is { } min ? JsonChecks.Integer(min, name, 0) : long.MinValue,
            json.Optional("max") is { } max ? JsonChecks.Integer(max, name, 0) : long.MaxValue,
            json.Optional("isNull") is { } isNull ? JsonChecks.Boolean(isNull, name) : null);
    }

    public Func<Record, bool> Over(Func<Record, long?> value)
    {
        var range = this;
        return record => range.Contains(value(record));
    }

    public bool Contains(long? value) => IsNull is { } isNull ? value is null == isNull : value >= Min && value <= Max;
}
