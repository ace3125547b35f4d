namespace Sluice.Gateway.Engine;

/// <summary>What a user may do in his database.</summary>
public sealed record DatabaseRights
{
    /// <summary>No tables of his own, and as many connections as the engine's options let anybody have.</summary>
    public static DatabaseRights Default { get; } = new();

    /// <summary>He may create tables in schema <c>public</c>.</summary>
    public bool CreatesTables { get; init; }

    /// <summary>Connections at a time, if fewer than others may have.</summary>
    public int? ConnectionLimit { get; init; }
}
