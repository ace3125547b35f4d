namespace Sluice.Hosting;

/// <summary>The gateway cannot start for a reason outside of it: an address in use, no PostgreSQL, a certificate that cannot be read.</summary>
internal sealed class StartException(Exception cause) : Exception(cause.Message, cause);
