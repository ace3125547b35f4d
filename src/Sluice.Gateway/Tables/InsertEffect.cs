namespace Sluice.Gateway.Tables;

/// <summary>What an INSERT without ON CONFLICT does where a row of the same key exists.</summary>
public enum InsertEffect
{
    /// <summary>Rows of tables that take none.</summary>
    None,

    /// <summary>It is refused with 23505: CDF creates.</summary>
    Creates,

    /// <summary>It takes the place of the row, or of its value: CDF upserts.</summary>
    Overwrites,

    /// <summary>It adds another row: there is no key.</summary>
    Appends,
}
