using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Columns;

/// <summary>What a batch cannot hold.</summary>
internal static class BatchLimit
{
    /// <summary>The bytes of one column pass what an array can hold, about 2 GB.</summary>
    public static PgException TooLarge() =>
        new(SqlState.ProgramLimitExceeded, "the values of one batch of rows are too large", hint: "Send fewer or smaller rows at once.");
}
