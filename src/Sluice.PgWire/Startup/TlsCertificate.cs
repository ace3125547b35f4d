using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.PgWire.Startup;

/// <summary>A server certificate, ready for handshakes.</summary>
public sealed class TlsCertificate
{
    /// <summary>Wraps a certificate that has its private key.</summary>
    /// <param name="leaf">The server's own certificate.</param>
    /// <param name="chain">The intermediate certificates to send with it.</param>
    public TlsCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        Leaf = leaf;
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
        EndPointBinding = HashForBinding(leaf);
    }

    /// <summary>The server's own certificate.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>What <see cref="SslStream"/> takes.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The channel binding <c>tls-server-end-point</c> (RFC 5929, 4): the certificate's hash, as SCRAM-SHA-256-PLUS signs it.</summary>
    public byte[] EndPointBinding { get; }

    private static byte[] HashForBinding(X509Certificate2 leaf)
    {
        // RFC 5929: the hash of the certificate's signature, but SHA-256 in place of MD5 and SHA-1.
        byte[] der = leaf.RawData;
        return leaf.SignatureAlgorithm.Value switch
        {
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(der),
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(der),
            _ => SHA256.HashData(der),
        };
    }
}

/// <summary>Where the server certificate comes from; asked at each handshake, so that it can change while the server runs.</summary>
public interface ITlsCertificateSource
{
    /// <summary>The certificate to show now.</summary>
    TlsCertificate Current { get; }
}
