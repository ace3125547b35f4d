using Sluice.Emulator;

namespace Sluice.EndToEnd.Tests.Servers;

/// <summary>Tests that start <see cref="SluiceProcess"/>es, with a CDF and a directory of their own.</summary>
public abstract class SluiceProcessTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sluice-process-");
    private CdfEmulator? _cdf;

    protected CdfEmulator Cdf => _cdf!;

    /// <summary>The data directory is in it.</summary>
    protected string Home => _directory.FullName;

    /// <summary>The settings of the CDF.</summary>
    protected virtual EmulatorOptions CdfOptions => new();

    public async ValueTask InitializeAsync()
    {
        // A root's engine runs as another user, who has to pass through.
        File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0b111_101_101);
        _cdf = await CdfEmulator.StartAsync(CdfOptions);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Cdf.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
