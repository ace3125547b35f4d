using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users.People;

/// <summary>Drops the databases of people who were not there for long.</summary>
internal sealed partial class PeopleCleanup(
    PeopleDatabases databases,
    PeopleOptions options,
    TimeProvider time,
    ILogger<PeopleCleanup> logger) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.IdleTime / 4 < Longest ? options.IdleTime / 4 : Longest;
        while (true)
        {
            await Task.Delay(interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await databases.DropUnusedAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or EngineException or PgException
                || (e is OperationCanceledException && stoppingToken.IsCancellationRequested))
            {
                LogNotDropped(logger, e.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Databases of people who were not there for long could not be dropped, and are tried again: {Reason}")]
    private static partial void LogNotDropped(ILogger logger, string reason);
}
