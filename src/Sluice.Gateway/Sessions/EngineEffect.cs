using System.Runtime.InteropServices;

namespace Sluice.Gateway.Sessions;

/// <summary>What a statement of the engine's does to what Sluice knows of the session.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Savepoint">The savepoint, if it is about one.</param>
/// <param name="Chain">AND CHAIN: another block is open at once.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EngineEffect(EngineEffectKind Kind, string? Savepoint = null, bool Chain = false)
{
    /// <summary>Nothing but that settings and names may have changed.</summary>
    public static EngineEffect None => default;

    /// <summary>It is about the transaction, so that Sluice's side of it has to follow.</summary>
    public bool IsOfTransaction => Kind is >= EngineEffectKind.Begins and <= EngineEffectKind.RollsBackTo;
}

/// <summary>What a statement of the engine's does.</summary>
internal enum EngineEffectKind
{
    /// <summary>Nothing but that settings and names may have changed.</summary>
    None,

    /// <summary>BEGIN.</summary>
    Begins,

    /// <summary>COMMIT.</summary>
    Commits,

    /// <summary>ROLLBACK.</summary>
    RollsBack,

    /// <summary>PREPARE TRANSACTION.</summary>
    PreparesTransaction,

    /// <summary>SAVEPOINT.</summary>
    SetsSavepoint,

    /// <summary>RELEASE SAVEPOINT.</summary>
    ReleasesSavepoint,

    /// <summary>ROLLBACK TO SAVEPOINT.</summary>
    RollsBackTo,

    /// <summary>The client's data comes next.</summary>
    ReadsData,

    /// <summary>No prepared statement is left.</summary>
    ForgetsStatements,
}
