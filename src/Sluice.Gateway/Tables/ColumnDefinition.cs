using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables;

/// <summary>One column of a CDF table: what the PostgreSQL catalog shows of it, and what the CDF API knows it as.</summary>
public sealed record ColumnDefinition
{
    /// <summary>The name in PostgreSQL; case matters.</summary>
    public required string Name { get; init; }

    /// <summary>The name in version 2 of the gateway, which is what Sluice itself knows the column by; another than <see cref="Name"/> for users of version 1.</summary>
    public string NameInVersion2 { get => field ?? Name; init; }

    /// <summary>The name in version 1 of the gateway, if it was another.</summary>
    public string? NameInVersion1 { get; init; }

    /// <summary>The type in version 1 of the gateway, if it was another.</summary>
    public ColumnType? TypeInVersion1 { get; init; }

    /// <summary>The version of the gateway that first had the column.</summary>
    public int SinceVersion { get; init; } = 1;

    /// <summary>The type in PostgreSQL.</summary>
    public required ColumnType Type { get; init; }

    /// <summary>The field of the CDF API; the camel case of <see cref="Name"/> where nothing else is said.</summary>
    public string CdfField { get => field ?? CamelCase.Of(Name); init; }

    /// <summary><see cref="CdfField"/> is a property of the table's view, not a field of the instance itself.</summary>
    public bool IsViewProperty { get; init; }

    /// <summary>Who makes the value.</summary>
    public ColumnRole Role { get; init; } = ColumnRole.Writable;

    /// <summary>How the value looks in JSON.</summary>
    public ColumnShape Shape { get; init; } = ColumnShape.Value;

    /// <summary>An INSERT without a value is refused with 23502. In tables without INSERT: part of the key.</summary>
    public bool RequiredOnInsert { get; init; }

    /// <summary>CDF takes no row without a value, and a setting of the user may give one (his default data set).</summary>
    public bool HasUserDefault { get; init; }

    /// <summary>CDF returns the field with every row, so <c>IS NULL</c> can be answered without asking.</summary>
    public bool AlwaysReturned { get; init; }

    /// <summary>CDF has a call that changes the value of an existing row.</summary>
    public bool Updatable { get; init; } = true;

    /// <summary>An UPDATE may set the value to NULL: CDF has <c>setNull</c> for the field, or an empty list or map.</summary>
    public bool Clearable { get; init; } = true;

    /// <summary>CDF has no <c>setNull</c> for the field, and takes <c>{"set":null}</c> instead.</summary>
    public bool ClearedBySet { get; init; }

    /// <summary>The column has external ids of resources whose internal ids CDF takes; <see langword="null"/> for columns that CDF takes as they are.</summary>
    public ExternalIdReference? Reference { get; init; }

    /// <summary>Bounds of the CDF API.</summary>
    public ColumnLimits Limits { get; init; } = ColumnLimits.None;

    /// <summary>What it is, in a few sentences, without its bounds.</summary>
    public required string Description { get; init; }

    /// <summary>What <c>\d+</c> shows: the description, what an INSERT needs, and the bounds.</summary>
    public string Comment
    {
        get
        {
            var required = RequiredOnInsert && IsWritable ? " Required." : string.Empty;
            var bounds = LimitText.Of(this);
            return bounds.Length == 0 ? Description + required : $"{Description}{required} Takes {bounds}.";
        }
    }

    /// <summary>An INSERT or COPY may give a value.</summary>
    public bool IsWritable => Role == ColumnRole.Writable;

    /// <summary>
    /// Declared NOT NULL. PostgreSQL answers <c>IS NULL</c> on such a column without reading, so it must hold for every row that CDF can
    /// return. <c>CREATE TABLE staging (LIKE …)</c> copies it, so it is left out where an INSERT may omit the value: server-made columns
    /// and those with a default.
    /// </summary>
    public bool NotNull => AlwaysReturned && (RequiredOnInsert || Role == ColumnRole.Identity);
}
