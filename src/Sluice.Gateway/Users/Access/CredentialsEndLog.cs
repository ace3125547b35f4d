using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Users.Access;

/// <summary>Says once a day in the log which users' client secrets and CDF sessions are about to end, whether the users log in or not.</summary>
internal sealed partial class CredentialsEndLog(UserStore users, TimeProvider time, ILogger<CredentialsEndLog> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var now = time.GetUtcNow();
                foreach (var user in await users.WithCredentialsEndingBeforeAsync(now + CredentialsEnd.AnnouncedBefore, stoppingToken))
                {
                    if (CredentialsEnd.Announcement(user, user.CredentialsEnd, now) is { } announcement)
                    {
                        LogEnds(logger, user.Project, announcement);
                    }
                }
            }
            catch (Exception e) when (e is NpgsqlException or EngineException)
            {
                LogFailed(logger, e.Message);
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Credentials for CDF project {Project}: {Announcement}. Give the user new ones before")]
    private static partial void LogEnds(ILogger logger, string project, string announcement);

    [LoggerMessage(2, LogLevel.Warning, "It cannot be looked up whose credentials end soon: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
