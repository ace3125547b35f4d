using Sluice.Gateway.Engine;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Hosting;

/// <summary>Opens the keys for credentials, where a gateway's settings say that they are.</summary>
public static class CredentialKeyRing
{
    /// <summary>The keys of the gateway with these settings.</summary>
    /// <param name="options">Valid settings.</param>
    /// <param name="engine">Its engine; asked for only if the keys are in the database.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate cannot be read.</exception>
    public static CredentialProtector Open(GatewayOptions options, Func<IEngine> engine) =>
        Open(options.Keys, new DataDirectories(options.DataDirectory).Keys, engine);

    internal static CredentialProtector Open(CredentialKeys keys, string directory, Func<IEngine> engine)
    {
        var certificates = keys is { Certificate: { } certificate, CertificateKey: { } privateKey }
            ? KeyCertificates.Read(certificate, privateKey, GatewayServiceCollectionExtensions.SplitList(keys.FormerCertificates))
            : null;
        return keys.Store == KeyStore.Database && certificates is not null
            ? CredentialProtector.InDatabase(engine(), certificates)
            : CredentialProtector.InDirectory(directory, certificates);
    }
}
