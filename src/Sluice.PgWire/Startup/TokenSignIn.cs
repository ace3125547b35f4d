using System.IO.Pipelines;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>Asks one client for its access token, has it checked, and answers (PostgreSQL manual, 55.2.1, 55.3; RFC 7628).</summary>
internal sealed class TokenSignIn(
    IAccessTokens tokens,
    TokenMethod method,
    StartupParameters parameters,
    LoginThrottle throttle,
    ClientAddress address,
    PipeReader input,
    MessageWriter output,
    Action<StartupEvent> move)
{
    private readonly MessageReader _reader = new(input, MessageLimits.AccessToken);

    /// <summary>Runs up to AuthenticationOk, which is written and not sent.</summary>
    /// <returns>Whom the token is of; <see langword="null"/> if the client left.</returns>
    /// <exception cref="PgException">FATAL: what to tell the client before closing.</exception>
    public async Task<object?> RunAsync(CancellationToken cancellationToken)
    {
        if (method == TokenMethod.OAuthBearer)
        {
            output.AuthenticationSasl([OAuthBearerExchange.Mechanism]);
        }
        else
        {
            output.AuthenticationCleartextPassword();
        }

        await output.FlushAsync(cancellationToken);
        Frame frame = await _reader.ReadAsync(cancellationToken: cancellationToken);
        if (frame.IsEnd)
        {
            return null;
        }

        move(StartupEvent.Token);
        ReadOnlySpan<byte> received = _reader.Contiguous(frame).Span;
        string? token = method == TokenMethod.OAuthBearer ? Bearer(received) : AccessToken.Read(Password(received));
        _reader.Detach();
        object? principal = method == TokenMethod.OAuthBearer
            ? await AnswerAsync(token, cancellationToken)
            : await CheckAsync(token!, cancellationToken);
        if (principal is not null)
        {
            output.AuthenticationOk();
        }

        return principal;
    }

    private static ReadOnlySpan<byte> Password(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        ReadOnlySpan<byte> password = reader.CString();
        reader.End();
        return password;
    }

    /// <summary>The token of a SASLInitialResponse; <see langword="null"/> if the client asks where to get one.</summary>
    private static string? Bearer(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        string mechanism = reader.String();
        ReadOnlySpan<byte> response = reader.Bytes(reader.Int32());
        reader.End();
        ReadOnlySpan<byte> token = OAuthBearerExchange.Token(mechanism, response);
        return token.IsEmpty ? null : AccessToken.Read(token);
    }

    private async ValueTask<object> CheckAsync(string token, CancellationToken cancellationToken)
    {
        // By token, not by user: nobody guesses tokens, and all people of a project come with the same user name.
        string key = $"{parameters.User}\0{token}";
        LoginThrottle.RefuseIf(throttle.Begin(key, address));
        object principal = await tokens.AuthenticateAsync(parameters, token, cancellationToken);
        throttle.Succeeded(key, address);
        return principal;
    }

    private async ValueTask<object?> AnswerAsync(string? token, CancellationToken cancellationToken)
    {
        PgException refusal;
        if (token is null)
        {
            refusal = StartupPacket.Fatal(
                SqlState.InvalidAuthorizationSpecification,
                $"OAuth bearer authentication failed for user \"{parameters.User}\"",
                "The client sent no access token.");
        }
        else
        {
            try
            {
                return await CheckAsync(token, cancellationToken);
            }
            catch (PgException e) when (e.Error.SqlState == SqlState.InvalidAuthorizationSpecification)
            {
                refusal = e;
            }
        }

        output.AuthenticationSaslContinue(OAuthBearerExchange.Failure(tokens.Discovery));
        await output.FlushAsync(cancellationToken);
        Frame frame = await _reader.ReadAsync(cancellationToken: cancellationToken);
        if (frame.IsEnd)
        {
            return null;
        }

        move(StartupEvent.SaslResponse);
        OAuthBearerExchange.CheckDummy(_reader.Contiguous(frame).Span);
        throw refusal;
    }
}
