using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Sessions;

/// <summary>The client's side of a session: its messages, and what is written to it.</summary>
internal sealed class ClientLink(PgClientConnection connection)
{
    /// <summary>Messages from the client.</summary>
    public MessageReader Input { get; } = new(connection.Input, connection.Limits);

    /// <summary>Messages to the client; sent by <see cref="FlushAsync"/>.</summary>
    public MessageWriter Output { get; } = connection.Output;

    /// <summary>Cancelled when the client has gone.</summary>
    public CancellationToken Closed { get; } = connection.Closed;

    /// <summary>Sends what has been written.</summary>
    /// <exception cref="SessionEndedException">Nobody reads any more.</exception>
    public async ValueTask FlushAsync()
    {
        if (Output.UnflushedBytes > 0 && !await Output.FlushAsync(CancellationToken.None))
        {
            throw new SessionEndedException();
        }
    }

    /// <summary>
    /// Waits for work of Sluice's own. As long as it takes, a ParameterStatus that changes nothing is repeated, so that neither a driver's
    /// timeout nor a load balancer's cuts the connection (rules.md P3).
    /// </summary>
    public async ValueTask WaitAsync(Task work, TimeSpan keepalive, ReportedSettings settings)
    {
        while (!work.IsCompleted)
        {
            using var awake = new CancellationTokenSource();
            var pause = Task.Delay(keepalive, awake.Token);
            if (await Task.WhenAny(work, pause) == work)
            {
                await awake.CancelAsync();
                break;
            }

            Output.ParameterStatus("application_name", settings.ApplicationName);
            await FlushAsync();
        }

        await work;
    }
}

/// <summary>The client has gone, or has been told all: the session ends without another word.</summary>
internal sealed class SessionEndedException : Exception;
