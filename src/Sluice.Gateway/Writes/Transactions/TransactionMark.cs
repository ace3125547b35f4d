using System.Runtime.InteropServices;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>What leads a <see cref="TransactionBuffer"/> back to where it was.</summary>
/// <param name="Sequence">The last statement.</param>
/// <param name="Sealed">How many groups were sealed.</param>
/// <param name="Keys">The mark of the keys.</param>
/// <param name="StoredRows">Rows that were stored at once, and stay.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TransactionMark(long Sequence, int Sealed, int Keys, long StoredRows);
