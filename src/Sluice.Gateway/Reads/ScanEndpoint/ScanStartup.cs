using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>What a connection of postgres_fdw says first.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScanStartup(string User, int EngineProcessId)
{
    /// <summary>PostgreSQL's own bound for a startup packet.</summary>
    public const int MaxLength = 10_000;

    /// <summary>StartupMessage of protocol 3.0.</summary>
    public const int Version30 = 3 << 16;

    /// <summary>CancelRequest.</summary>
    public const int Cancel = (1234 << 16) | 5678;

    /// <summary>SSLRequest.</summary>
    public const int Ssl = (1234 << 16) | 5679;

    /// <summary>GSSENCRequest.</summary>
    public const int GssEnc = (1234 << 16) | 5680;

    private const string ApplicationPrefix = "sluice:";

    /// <summary>
    /// Reads the parameters of a StartupMessage, which begin behind its version. The engine's process id is in the application name; it is
    /// 0 where the user has changed that (<c>SET postgres_fdw.application_name</c>), and a claim, not a proof.
    /// </summary>
    /// <exception cref="PgException">08P01.</exception>
    public static ScanStartup Parse(ReadOnlySpan<byte> parameters)
    {
        var reader = new PayloadReader(parameters);
        var (user, process) = ("", 0);
        for (var name = reader.String(); name.Length > 0; name = reader.String())
        {
            var value = reader.String();
            if (name == "user")
            {
                user = value;
            }
            else if (name == "application_name" && value.StartsWith(ApplicationPrefix, StringComparison.Ordinal))
            {
                _ = int.TryParse(value.AsSpan(ApplicationPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out process);
            }
        }

        return new ScanStartup(user, process);
    }
}
