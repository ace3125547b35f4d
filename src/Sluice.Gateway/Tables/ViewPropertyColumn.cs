using Sluice.Cdf.Resources;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables;

/// <summary>The column of a property of a view (CDF API, "Property types").</summary>
internal static class ViewPropertyColumn
{
    /// <summary>What a reference to an instance may be written as.</summary>
    public const string ReferenceForms = "Written as {\"space\":\"s\",\"externalId\":\"a\"} or s:a.";

    private const int MaxTextBytes = 128_000;
    private const int MaxJsonBytes = 40_960;
    private const int MaxReferenceCharacters = 255;
    private const int MaxListItems = 1_000;
    private const int MaxRelations = 100;

    /// <summary>The column called <paramref name="name"/> for <paramref name="property"/>.</summary>
    /// <exception cref="PgException">42P16: Sluice does not know the property's type.</exception>
    public static ColumnDefinition Of(CdfViewProperty property, string name)
    {
        var (type, limits) = TypeOf(property);
        var isReference = property.Type == "direct";
        return new ColumnDefinition
        {
            Name = name,
            Type = new ColumnType(property.IsList ? type.Array! : type),
            CdfField = property.Identifier,
            IsViewProperty = true,
            Shape = isReference ? ColumnShape.Reference : ColumnShape.Value,
            RequiredOnInsert = !property.IsNullable && !property.HasDefault,
            Clearable = property.IsNullable,
            Updatable = !property.IsImmutable,
            Limits = property.IsList ? limits with { MinItems = 1, MaxItems = property.MaxListSize ?? (isReference ? MaxRelations : MaxListItems) } : limits,
            Description = DescriptionOf(property, name, isReference),
        };
    }

    private static (PgType Type, ColumnLimits Limits) TypeOf(CdfViewProperty property) => property.Type switch
    {
        "text" => (PgType.Text, new ColumnLimits { MaxBytes = property.MaxTextSize ?? MaxTextBytes }),
        "boolean" => (PgType.Bool, ColumnLimits.None),
        "int32" => (PgType.Int8, new ColumnLimits { MinNumber = int.MinValue, MaxNumber = int.MaxValue }),
        "int64" => (PgType.Int8, ColumnLimits.None),
        "float32" => (PgType.Float4, ColumnLimits.None),
        "float64" => (PgType.Float8, ColumnLimits.None),
        "timestamp" => (PgType.Timestamptz, ColumnLimits.None),
        "date" => (PgType.Date, ColumnLimits.None),
        "json" => (PgType.Json, new ColumnLimits { MaxBytes = MaxJsonBytes }),
        "direct" => (PgType.Json, ColumnLimits.None),
        "timeseries" or "file" or "sequence" => (PgType.Text, new ColumnLimits { MinCharacters = 1, MaxCharacters = MaxReferenceCharacters }),
        "enum" => (PgType.Text, new ColumnLimits { Values = property.Values }),
        _ => throw new PgException(
            SqlState.InvalidTableDefinition,
            $"property \"{property.Identifier}\" has the type {property.Type}, which is not known",
            hint: "Make a view without this property, and a table over that."),
    };

    private static string DescriptionOf(CdfViewProperty property, string name, bool isReference)
    {
        var parts = new List<string>();
        if (property.Description is { Length: > 0 } text)
        {
            parts.Add(text.EndsWith('.') ? text : text + ".");
        }

        if (name != property.Identifier || parts.Count == 0)
        {
            parts.Add($"Property \"{property.Identifier}\", {property.Type}{(property.IsList ? " list" : string.Empty)}.");
        }

        if (isReference)
        {
            parts.Add(property.IsList ? $"Each node: {ReferenceForms}" : ReferenceForms);
        }

        return string.Join(' ', parts);
    }
}
