namespace Sluice.Gateway.Engine;

/// <summary>The engine cannot be started or set up; the message says what is wrong and what to do.</summary>
public sealed class EngineException : Exception
{
    /// <summary>Why, and what to do.</summary>
    public EngineException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
