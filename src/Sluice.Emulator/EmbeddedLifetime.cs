using Microsoft.Extensions.Hosting;

namespace Sluice.Emulator;

/// <summary>
/// Leaves signals to the process that the emulator runs in; the standard lifetime would take Ctrl-C and SIGTERM for itself.
/// </summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
