using System.IO.Pipelines;
using System.Net;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>A client that has proven who it is: AuthenticationOk was written, nothing after it.</summary>
public sealed class PgClientConnection
{
    /// <summary>What the client sends from here on; read it with a <see cref="MessageReader"/>.</summary>
    public required PipeReader Input { get; init; }

    /// <summary>What the client receives. Nothing reaches it before <see cref="MessageWriter.FlushAsync"/>.</summary>
    public required MessageWriter Output { get; init; }

    /// <summary>What it asked for at its start.</summary>
    public required StartupParameters Parameters { get; init; }

    /// <summary>Bounds of its messages, for the <see cref="MessageReader"/>.</summary>
    public required MessageLimits Limits { get; init; }

    /// <summary>Whom <see cref="IAccessTokens"/> took the client for; <see langword="null"/> for a user who has proven a password.</summary>
    public object? Principal { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public required bool IsTls { get; init; }

    /// <summary>The client's address.</summary>
    public required EndPoint? Remote { get; init; }

    /// <summary>Names the connection in logs.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>
    /// Fires when the client has gone or closed its sending side, also while nobody reads. What it sent before is still in <see cref="Input"/>.
    /// </summary>
    public required CancellationToken Closed { get; init; }

    /// <summary>Fires when the server stops: end what runs, answer 57P01, return.</summary>
    public required CancellationToken ShuttingDown { get; init; }
}

/// <summary>Runs sessions.</summary>
public interface ISessionHandler
{
    /// <summary>
    /// Runs one session: sends ParameterStatus, BackendKeyData, ReadyForQuery, and answers messages until Terminate or the end of the stream.
    /// A <see cref="PgException"/> that leaves it is sent as FATAL; any other failure as FATAL XX000, and logged.
    /// </summary>
    /// <param name="connection">The client.</param>
    /// <param name="cancellationToken">The connection is aborted.</param>
    Task RunAsync(PgClientConnection connection, CancellationToken cancellationToken);
}

/// <summary>Knows the users.</summary>
public interface ICredentialStore
{
    /// <summary>The user's verifier; <see langword="null"/> if there is no such user, or none that may log in.</summary>
    /// <exception cref="PgException">The user cannot be looked up now; the client gets it as FATAL.</exception>
    ValueTask<ScramVerifier?> FindAsync(string user, CancellationToken cancellationToken);
}
