using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.PgWire.Startup;

/// <summary>A server certificate, ready for handshakes.</summary>
public sealed class TlsCertificate
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

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

    /// <summary>
    /// The channel binding <c>tls-server-end-point</c> (RFC 5929, 4): the certificate's hash, as SCRAM-SHA-256-PLUS signs it. <see langword="null"/> if
    /// the RFC defines none for the certificate's signature; then SCRAM-SHA-256-PLUS must not be offered, since clients that prefer it would fail.
    /// </summary>
    public byte[]? EndPointBinding { get; }

    private static byte[]? HashForBinding(X509Certificate2 leaf)
    {
        // RFC 5929: the hash of the certificate's signature, but SHA-256 in place of MD5 and SHA-1.
        byte[] der = leaf.RawData;
        return (leaf.SignatureAlgorithm.Value is RsaPss ? PssHash(der) : leaf.SignatureAlgorithm.Value) switch
        {
            "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" or "1.3.14.3.2.26" => SHA256.HashData(der),
            "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" or "2.16.840.1.101.3.4.2.1" => SHA256.HashData(der),
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" or "2.16.840.1.101.3.4.2.2" => SHA384.HashData(der),
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" or "2.16.840.1.101.3.4.2.3" => SHA512.HashData(der),
            _ => null,
        };
    }

    /// <summary>The hash that the parameters of an RSASSA-PSS signature name (RFC 4055, 3.1); SHA-1 if they name none.</summary>
    private static string PssHash(byte[] certificate)
    {
        AsnReader fields = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        fields.ReadEncodedValue();
        AsnReader algorithm = fields.ReadSequence();
        algorithm.ReadObjectIdentifier();
        AsnReader parameters = algorithm.ReadSequence();
        var hash = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        return parameters.HasData && parameters.PeekTag() == hash
            ? parameters.ReadSequence(hash).ReadSequence().ReadObjectIdentifier()
            : "1.3.14.3.2.26";
    }
}

/// <summary>Where the server certificate comes from; asked at each handshake, so that it can change while the server runs.</summary>
public interface ITlsCertificateSource
{
    /// <summary>The certificate to show now.</summary>
    TlsCertificate Current { get; }
}
