using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>The outcome of a statement of which every row is stored.</summary>
/// <param name="Rows">Rows that CDF has confirmed: the number of the command tag.</param>
/// <param name="Notices">What to tell the client besides.</param>
/// <param name="Requests">Requests that it took, repetitions not counted.</param>
/// <param name="Retries">Repetitions.</param>
public sealed record WriteResult(long Rows, IReadOnlyList<PgError> Notices, int Requests, int Retries);
