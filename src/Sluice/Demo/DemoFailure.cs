namespace Sluice.Demo;

/// <summary>The demo cannot go on; the message is for its user.</summary>
internal sealed class DemoFailure(string message, Exception? inner = null) : Exception(message, inner);
