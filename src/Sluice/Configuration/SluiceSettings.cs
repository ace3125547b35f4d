using Sluice.Gateway.Hosting;
using Sluice.Hosting;

namespace Sluice.Configuration;

/// <summary>Everything that <c>sluice serve</c> can be told.</summary>
internal sealed record SluiceSettings
{
    public GatewayOptions Gateway { get; init; } = new();

    public LogSettings Log { get; init; } = new();
}
