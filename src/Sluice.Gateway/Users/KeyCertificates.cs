using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Gateway.Users;

/// <summary>The certificates with which keys for credentials are encrypted, with their private keys.</summary>
/// <param name="Current">Encrypts new keys, and opens them.</param>
/// <param name="Former">Open older keys.</param>
public sealed record KeyCertificates(X509Certificate2 Current, IReadOnlyList<X509Certificate2> Former)
{
    /// <summary>Reads them from PEM files.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="privateKey">Its private key.</param>
    /// <param name="former">Files that have a certificate and its private key each.</param>
    /// <exception cref="CryptographicException">One of them is none, or has no RSA key; the message says which.</exception>
    public static KeyCertificates Read(string certificate, string privateKey, IEnumerable<string> former) =>
        new(ReadOne(certificate, privateKey), [.. former.Select(file => ReadOne(file, file))]);

    private static X509Certificate2 ReadOne(string certificate, string privateKey)
    {
        X509Certificate2 read;
        try
        {
            read = X509Certificate2.CreateFromPemFile(certificate, privateKey);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CryptographicException($"The certificate for keys in {certificate} cannot be read: {e.Message}", e);
        }

        using var rsa = read.GetRSAPrivateKey();
        return rsa is not null
            ? read
            : throw new CryptographicException($"The certificate for keys in {certificate} must have an RSA key: XML encryption knows no other.");
    }
}
