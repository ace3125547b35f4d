namespace Sluice.Gateway.Tables;

/// <summary>What a statement does with a CDF table, as far as it takes other capabilities than the rest.</summary>
public enum SqlUse
{
    /// <summary>SELECT by key, and COPY TO.</summary>
    Select,

    /// <summary>INSERT and COPY FROM.</summary>
    Insert,

    /// <summary>ON CONFLICT DO UPDATE, <c>sluice.on_conflict = update</c>.</summary>
    Upsert,

    /// <summary>ON CONFLICT DO NOTHING, <c>sluice.on_conflict = ignore</c>.</summary>
    InsertMissing,

    /// <summary>UPDATE by key.</summary>
    Update,

    /// <summary>DELETE by key.</summary>
    Delete,

    /// <summary>TRUNCATE, and DELETE without WHERE.</summary>
    Truncate,
}
