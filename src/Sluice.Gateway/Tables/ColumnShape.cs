namespace Sluice.Gateway.Tables;

/// <summary>How a column's value looks in the JSON of the CDF API, where its PostgreSQL type alone does not say it.</summary>
public enum ColumnShape
{
    /// <summary>As the type says: number, string, boolean, list; a timestamp is epoch milliseconds.</summary>
    Value,

    /// <summary>An object of strings: <c>{"key":"value"}</c>.</summary>
    Metadata,

    /// <summary>A list of references: <c>[{"externalId":"a"}]</c>.</summary>
    Labels,

    /// <summary>Any JSON object.</summary>
    Object,

    /// <summary>Any JSON array.</summary>
    List,

    /// <summary>An array in PostgreSQL, of which CDF holds one element, and not as an array.</summary>
    LoneElement,

    /// <summary>A field of a RAW row: any JSON value.</summary>
    RawValue,

    /// <summary>CDF has no such field any more: a value is taken and dropped with a NOTICE, and NULL is read.</summary>
    Ignored,

    /// <summary>A node, or a list of nodes: <c>{"space":"s","externalId":"a"}</c>.</summary>
    Reference,
}
