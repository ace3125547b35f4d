namespace Sluice.EndToEnd.Tests.Servers;

/// <summary>A Sluice of its own for the tests that break CDF, one after the other, so that nobody else is hit.</summary>
public sealed class FaultServer : IAsyncLifetime
{
    internal GatewayServer Server { get; } = new();

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
