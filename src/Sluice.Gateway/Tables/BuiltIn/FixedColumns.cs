using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>Columns of the tables that take no writes.</summary>
internal static class FixedColumns
{
    public static ColumnDefinition Space { get; } = Key("space", ColumnTypes.Varchar(43), "The space.");

    public static ColumnDefinition ExternalId { get; } = Key("external_id", ColumnTypes.Varchar(255), "External id, unique in the space.");

    public static ColumnDefinition Version { get; } = Key("version", ColumnTypes.Varchar(43), "The version.");

    public static ColumnDefinition Name { get; } = Of("name", ColumnTypes.Varchar(255), "Name for people.");

    public static ColumnDefinition Description { get; } = Of("description", ColumnTypes.Varchar(1_024), "Description.");

    public static ColumnDefinition UsedFor { get; } = Of("used_for", ColumnTypes.Varchar(32), "What instances it is for: node, edge, record or all.");

    public static ColumnDefinition IsGlobal { get; } = Of("is_global", ColumnTypes.Bool, "Whether CDF has it in every project.");

    public static ColumnDefinition CreatedTime { get; } = Of("created_time", ColumnTypes.TimestampTz, "When it was created.");

    public static ColumnDefinition LastUpdatedTime { get; } = Of("last_updated_time", ColumnTypes.TimestampTz, "When it was last changed.");

    /// <summary>A column of the key.</summary>
    public static ColumnDefinition Key(string name, ColumnType type, string description) => Of(name, type, description) with
    {
        RequiredOnInsert = true,
        AlwaysReturned = true,
    };

    public static ColumnDefinition Of(string name, ColumnType type, string description) => new()
    {
        Name = name,
        Type = type,
        Role = ColumnRole.Fixed,
        Updatable = false,
        Description = description,
    };
}
