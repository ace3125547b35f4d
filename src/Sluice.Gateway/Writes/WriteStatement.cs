namespace Sluice.Gateway.Writes;

/// <summary>The statement that rows come from; errors name it.</summary>
public enum WriteStatement
{
    /// <summary>INSERT; the origin of a row is its number.</summary>
    Insert,

    /// <summary>COPY FROM; the origin of a row is its line.</summary>
    Copy,
}
