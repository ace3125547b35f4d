using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Engine;

[assembly: AssemblyFixture(typeof(Sluice.Gateway.Tests.Engine.EngineFixture))]

namespace Sluice.Gateway.Tests.Engine;

/// <summary>One engine for all tests that do not stop it. Users are told apart by their names.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private EmbeddedPostgres? _engine;

    public EmbeddedPostgres Engine => _engine!;

    /// <summary>Options of an engine in <paramref name="dataDirectory"/>; a test's data need not survive the machine.</summary>
    public static EngineOptions Options(string dataDirectory) => new()
    {
        DataDirectory = dataDirectory,
        MaxConnections = 60,
        MaxRestartDelay = TimeSpan.FromMilliseconds(500),
        Settings = ImmutableDictionary<string, string>.Empty
            .Add("fsync", "off")
            .Add("full_page_writes", "off")
            .Add("shared_buffers", "32MB"),
    };

    public static EmbeddedPostgres New(string dataDirectory, ILoggerFactory? loggers = null) =>
        new(Options(dataDirectory), (loggers ?? NullLoggerFactory.Instance).CreateLogger<EmbeddedPostgres>());

    public async ValueTask InitializeAsync()
    {
        _engine = New(_directory.Path);
        await _engine.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        _directory.Dispose();
    }
}
