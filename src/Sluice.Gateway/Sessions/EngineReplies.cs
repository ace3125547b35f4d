namespace Sluice.Gateway.Sessions;

/// <summary>Takes a message of the engine's.</summary>
/// <param name="type">The message's type.</param>
/// <param name="body">Valid until the returned task completes.</param>
internal delegate ValueTask EngineAnswer(byte type, ReadOnlyMemory<byte> body);

/// <summary>Where the engine's messages come to a stop.</summary>
internal enum EnginePause
{
    /// <summary>Every reply that was owed has come.</summary>
    Settled,

    /// <summary>ReadyForQuery.</summary>
    Ready,

    /// <summary>COPY FROM STDIN wants the client's data.</summary>
    CopyIn,
}

/// <summary>Which of the engine's messages the client is to see.</summary>
internal enum EngineReplies
{
    /// <summary>All but ReadyForQuery.</summary>
    All,

    /// <summary>As in the simple protocol, though the engine is spoken to in the extended one (rules.md P6).</summary>
    AsInSimpleQuery,

    /// <summary>Notices, notifications and parameter changes.</summary>
    AsynchronousOnly,
}
