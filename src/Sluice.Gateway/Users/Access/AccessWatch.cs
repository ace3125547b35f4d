using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Users.Access;

/// <summary>What is known of one user's access to CDF, asked for again and again while he has open sessions.</summary>
public sealed partial class AccessWatch
{
    private readonly string _username;
    private readonly AccessProbe _probe;
    private readonly UserStore _users;
    private readonly AccessOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<AccessLease> _leases = [];
    private AccessState? _state;
    private DateTimeOffset _version;
    private DateTimeOffset _checkedAt;
    private Task<AccessState>? _check;
    private DateTimeOffset _checkVersion;
    private bool _watching;

    internal AccessWatch(string username, AccessProbe probe, UserStore users, AccessOptions options, TimeProvider time, ILogger logger)
    {
        _username = username;
        _probe = probe;
        _users = users;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>What was found lately of <paramref name="user"/> as he is now, or is found now; one check serves all who ask meanwhile.</summary>
    public Task<AccessState> CheckAsync(GatewayUser user) => CheckAsync(user, _options.CheckInterval);

    /// <summary>A session begins: until it ends, the user's access is looked at every <see cref="AccessOptions.CheckInterval"/>.</summary>
    public AccessLease Open()
    {
        var lease = new AccessLease(Close);
        lock (_lock)
        {
            _leases.Add(lease);
            if (!_watching)
            {
                _watching = true;
                _ = WatchAsync();
            }
        }

        return lease;
    }

    private void Close(AccessLease lease)
    {
        lock (_lock)
        {
            _leases.Remove(lease);
        }
    }

    private Task<AccessState> CheckAsync(GatewayUser user, TimeSpan maxAge)
    {
        var version = user.LastUpdatedTime;
        lock (_lock)
        {
            // A refusal is asked about again soon: whoever has just mended it tries at once.
            if (_state is { } known
                && _version >= version
                && _time.GetUtcNow() - _checkedAt < (known.Status == AccessStatus.Lost ? _options.RefusalMemory : maxAge))
            {
                return Task.FromResult(known);
            }

            if (_check is null || _checkVersion < version)
            {
                _checkVersion = version;
                _check = RunAsync(user);
            }

            return _check;
        }
    }

    private async Task WatchAsync()
    {
        while (true)
        {
            await Task.Delay(_options.CheckInterval, _time);
            lock (_lock)
            {
                _watching = _leases.Count > 0;
                if (!_watching)
                {
                    return;
                }
            }

            try
            {
                // As he is now: he may have got other credentials.
                if (await _users.FindAsync(_username, CancellationToken.None) is { } user
                    && await CheckAsync(user, _options.CheckInterval / 2) is { Status: AccessStatus.Lost } lost)
                {
                    EndSessions(lost);
                }
            }
            catch (Exception e)
            {
                // Whatever it is, sessions must not go unwatched for it.
                LogNotChecked(_logger, _username, e);
            }
        }
    }

    private void EndSessions(AccessState lost)
    {
        AccessLease[] leases;
        lock (_lock)
        {
            leases = [.. _leases];
        }

        var error = AccessErrors.Lost(_username, lost.Reason);
        foreach (var lease in leases)
        {
            lease.Lose(error);
        }
    }

    private async Task<AccessState> RunAsync(GatewayUser user)
    {
        // The lock is held by whoever begins this.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        AccessState? state = null;
        try
        {
            return state = await AskAsync(user);
        }
        finally
        {
            lock (_lock)
            {
                Keep(user, state);
            }
        }
    }

    private void Keep(GatewayUser user, AccessState? state)
    {
        if (_checkVersion != user.LastUpdatedTime)
        {
            // He has got other credentials meanwhile, which are being checked.
            return;
        }

        _check = null;
        if (state is not null)
        {
            LogChange(user, state);
            (_state, _version, _checkedAt) = (state, user.LastUpdatedTime, _time.GetUtcNow());
        }
    }

    private async Task<AccessState> AskAsync(GatewayUser user)
    {
        using var limit = new CancellationTokenSource(_options.CheckTimeout, _time);
        try
        {
            return await _probe.RunAsync(user, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return AccessState.Unknown(FormattableString.Invariant($"CDF and the identity provider did not answer within {_options.CheckTimeout.TotalSeconds:0.#} s"));
        }
        catch (Exception e) when (e is NpgsqlException or EngineException)
        {
            return AccessState.Unknown("Sluice cannot look up its users now");
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            return AccessState.Unknown($"the stored credentials cannot be opened: {e.Message}");
        }
    }

    private void LogChange(GatewayUser user, AccessState state)
    {
        switch (state.Status)
        {
            case var same when same == _state?.Status:
                break;
            case AccessStatus.Lost:
                LogLost(_logger, user.Username, user.Project, state.Reason);
                break;
            case AccessStatus.Unknown:
                LogUnknown(_logger, user.Username, user.Project, state.Reason);
                break;
            case AccessStatus.Granted when _state is not null:
                LogGranted(_logger, user.Username, user.Project);
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "User {Username} has no access to CDF project {Project} any more: {Reason}")]
    private static partial void LogLost(ILogger logger, string username, string project, string reason);

    [LoggerMessage(2, LogLevel.Warning, "It is not known whether user {Username} still has access to CDF project {Project}: {Reason}")]
    private static partial void LogUnknown(ILogger logger, string username, string project, string reason);

    [LoggerMessage(3, LogLevel.Information, "User {Username} has access to CDF project {Project} again")]
    private static partial void LogGranted(ILogger logger, string username, string project);

    [LoggerMessage(4, LogLevel.Warning, "The access of user {Username} to CDF could not be checked")]
    private static partial void LogNotChecked(ILogger logger, string username, Exception exception);
}
