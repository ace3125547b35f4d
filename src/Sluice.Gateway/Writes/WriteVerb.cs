namespace Sluice.Gateway.Writes;

/// <summary>The statement that rows come from.</summary>
public enum WriteVerb
{
    /// <summary>INSERT; the origin of a row is its number.</summary>
    Insert,

    /// <summary>COPY FROM; the origin of a row is its line.</summary>
    Copy,

    /// <summary>UPDATE of rows named by key; the origin of a row is its number.</summary>
    Update,

    /// <summary>DELETE of rows named by key; the origin of a row is its number.</summary>
    Delete,
}
