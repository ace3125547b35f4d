using System.Runtime.InteropServices;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>What a transaction knows of a key because of its own statements.</summary>
internal enum KeyState
{
    /// <summary>Nothing: CDF knows.</summary>
    Unknown,

    /// <summary>The transaction creates the row, which therefore does not exist in CDF.</summary>
    Created,

    /// <summary>The transaction creates the row or changes it, whichever applies; afterwards it exists.</summary>
    Upserted,

    /// <summary>The row exists in CDF, and the transaction changes it.</summary>
    Updated,

    /// <summary>The transaction deletes the row; afterwards it does not exist.</summary>
    Deleted,
}

/// <summary>The last thing that a transaction has done to a key.</summary>
/// <param name="State">What is known of the row now.</param>
/// <param name="Group">The number of the group of rows that did it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PendingKey(KeyState State, int Group);
