using System.Globalization;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>54000: the rows that wait for COMMIT are more than may be kept.</summary>
internal static class TransactionLimit
{
    private const long Megabyte = 1024 * 1024;

    /// <summary>The bound of one transaction, <c>sluice.transaction_max_bytes</c>.</summary>
    public static PgException OfTransaction(long bytes) => Exceeded(
        $"the rows of the transaction need more than {Shown(bytes)}",
        "Commit more often, load with autocommit on, SET sluice.transaction_mode = immediate, or raise sluice.transaction_max_bytes.");

    /// <summary>The bound of all transactions of the gateway together.</summary>
    public static PgException OfProcess(long bytes) => Exceeded(
        $"the rows of all open transactions need more than the {Shown(bytes)} that the gateway keeps for them",
        "Commit more often, load with autocommit on, or SET sluice.transaction_mode = immediate.");

    private static PgException Exceeded(string message, string hint) => new(
        SqlState.ProgramLimitExceeded,
        message,
        detail: "Rows for CDF are kept until COMMIT. Nothing of the transaction is stored.",
        hint: hint);

    private static string Shown(long bytes) => bytes >= 10 * Megabyte
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Megabyte} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
}
