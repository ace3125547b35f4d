using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>
/// Turns the <c>filter</c> of a list request into a condition: all members must hold. An unknown member is an error, since ignoring it
/// would answer another question than was asked.
/// </summary>
internal static class FilterReader
{
    public static Func<Record, bool> Read(ClassicResource resource, JsonElement body)
    {
        if (body.Optional("advancedFilter") is not null || body.Optional("sort") is not null)
        {
            throw CdfException.BadRequest("The emulator has no advancedFilter and no sort");
        }

        if (body.Optional("filter") is not { } filter)
        {
            return static _ => true;
        }

        var conditions = JsonChecks.Object(filter, "filter").EnumerateObject()
            .Where(p => p.Value.ValueKind != JsonValueKind.Null)
            .Select(p => Condition(resource, p.Name, p.Value))
            .ToArray();
        return record => Array.TrueForAll(conditions, c => c(record));
    }

    private static Func<Record, bool> Condition(ClassicResource resource, string name, JsonElement value)
    {
        if (resource.Filter(name, value) is { } own)
        {
            return own;
        }

        if (resource.Type.Fields.FirstOrDefault(f => f.Name == name && f.Filterable) is { } field)
        {
            return field.Filter(value);
        }

        switch (name)
        {
            case "createdTime":
                return NumberRange.Read(value, name).Over(r => r.CreatedTime);
            case "lastUpdatedTime":
                return NumberRange.Read(value, name).Over(r => r.LastUpdatedTime);
            case "externalIdPrefix":
                var prefix = JsonChecks.Text(value, name, 0, 255);
                return r => r.Get<string>(resource.Type.ExternalId)?.StartsWith(prefix, StringComparison.Ordinal) == true;
            case "dataSetIds" when resource.Type.DataSetId is { } dataSet:
                var ids = resource.Project.DataSets.ResolveKeys(JsonChecks.Array(value, name, 0, resource.Type.MaxFilterDataSets));
                return r => r.Number(dataSet) is { } id && ids.Contains(id);
            default:
                throw CdfException.BadRequest($"Unknown filter '{name}'");
        }
    }
}
