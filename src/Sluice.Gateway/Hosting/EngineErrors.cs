using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Hosting;

/// <summary>What a client is told when the engine cannot serve it.</summary>
internal static class EngineErrors
{
    /// <summary>FATAL 57P03.</summary>
    public static PgException NotReady(Exception cause) => new(
        new PgError
        {
            Severity = PgSeverity.Fatal,
            SqlState = SqlState.CannotConnectNow,
            Message = "the engine is not ready",
            Hint = "Try again in a moment.",
        },
        cause);
}
