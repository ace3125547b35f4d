namespace Sluice.PgWire.Startup;

/// <summary>Where a connection stands on its way to a session.</summary>
internal enum StartupState
{
    /// <summary>Connected; nothing was received.</summary>
    Opened,

    /// <summary>SSLRequest was answered N.</summary>
    TlsRefused,

    /// <summary>GSSENCRequest was answered N.</summary>
    GssRefused,

    /// <summary>Both were answered N.</summary>
    BothRefused,

    /// <summary>The TLS handshake is done.</summary>
    Encrypted,

    /// <summary>The startup message is accepted; the SASL mechanisms were offered, or a token was asked for.</summary>
    SaslOffered,

    /// <summary>The server's SCRAM challenge was sent.</summary>
    SaslChallenged,

    /// <summary>The client has proven its password.</summary>
    Authenticated,

    /// <summary>The client has sent its access token, or asked where to get one.</summary>
    TokenReceived,

    /// <summary>The client was told that its token is refused.</summary>
    TokenRefused,

    /// <summary>A cancel request was served; the connection ends without a reply.</summary>
    Cancelled,
}

/// <summary>What a client can do on its way to a session.</summary>
internal enum StartupEvent
{
    /// <summary>First byte is a TLS handshake record and TLS is on.</summary>
    DirectTls,

    /// <summary>SSLRequest, and TLS is on.</summary>
    TlsRequest,

    /// <summary>SSLRequest, and TLS is off.</summary>
    TlsRequestWhenOff,

    /// <summary>GSSENCRequest.</summary>
    GssRequest,

    /// <summary>CancelRequest.</summary>
    CancelRequest,

    /// <summary>StartupMessage.</summary>
    StartupMessage,

    /// <summary>SASLInitialResponse.</summary>
    SaslInitialResponse,

    /// <summary>SASLResponse.</summary>
    SaslResponse,

    /// <summary>PasswordMessage, or SASLInitialResponse of OAUTHBEARER.</summary>
    Token,
}

/// <summary>The one table of what may follow what. Nothing else decides it, so that no message is ever taken in a state where it is not due.</summary>
internal static class StartupTransitions
{
    /// <summary>The state after <paramref name="startupEvent"/>; <see langword="null"/> if it is not allowed in <paramref name="state"/>.</summary>
    public static StartupState? Next(StartupState state, StartupEvent startupEvent) => (state, startupEvent) switch
    {
        (StartupState.Opened, StartupEvent.DirectTls) => StartupState.Encrypted,
        (StartupState.Opened, StartupEvent.TlsRequest) => StartupState.Encrypted,
        (StartupState.Opened, StartupEvent.TlsRequestWhenOff) => StartupState.TlsRefused,
        (StartupState.Opened, StartupEvent.GssRequest) => StartupState.GssRefused,
        (StartupState.Opened, StartupEvent.CancelRequest) => StartupState.Cancelled,
        (StartupState.Opened, StartupEvent.StartupMessage) => StartupState.SaslOffered,

        (StartupState.TlsRefused, StartupEvent.GssRequest) => StartupState.BothRefused,
        (StartupState.TlsRefused, StartupEvent.CancelRequest) => StartupState.Cancelled,
        (StartupState.TlsRefused, StartupEvent.StartupMessage) => StartupState.SaslOffered,

        (StartupState.GssRefused, StartupEvent.TlsRequest) => StartupState.Encrypted,
        (StartupState.GssRefused, StartupEvent.TlsRequestWhenOff) => StartupState.BothRefused,
        (StartupState.GssRefused, StartupEvent.CancelRequest) => StartupState.Cancelled,
        (StartupState.GssRefused, StartupEvent.StartupMessage) => StartupState.SaslOffered,

        (StartupState.BothRefused, StartupEvent.CancelRequest) => StartupState.Cancelled,
        (StartupState.BothRefused, StartupEvent.StartupMessage) => StartupState.SaslOffered,

        (StartupState.Encrypted, StartupEvent.CancelRequest) => StartupState.Cancelled,
        (StartupState.Encrypted, StartupEvent.StartupMessage) => StartupState.SaslOffered,

        (StartupState.SaslOffered, StartupEvent.SaslInitialResponse) => StartupState.SaslChallenged,
        (StartupState.SaslChallenged, StartupEvent.SaslResponse) => StartupState.Authenticated,
        (StartupState.SaslOffered, StartupEvent.Token) => StartupState.TokenReceived,
        (StartupState.TokenReceived, StartupEvent.SaslResponse) => StartupState.TokenRefused,

        _ => null,
    };
}
