using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>A row that was set aside instead of failing its statement: <c>sluice.on_error = skip</c>.</summary>
/// <param name="Origin">The line of a COPY, the row of another statement.</param>
/// <param name="Key">The row's key, if it has one.</param>
/// <param name="Reason">Why.</param>
/// <param name="Row">The row as JSON, as far as it could be read.</param>
public sealed record RejectedRow(long Origin, string? Key, PgError Reason, string? Row)
{
    /// <summary>CDF has refused it; else it never came so far.</summary>
    public bool IsRefusal { get; init; }
}
