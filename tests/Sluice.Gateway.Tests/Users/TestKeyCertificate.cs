using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Tests.Users;

/// <summary>A certificate for keys, in a PEM file with its private key.</summary>
internal sealed class TestKeyCertificate : IDisposable
{
    private readonly TestDirectory _directory = new();

    public TestKeyCertificate(bool rsa = true)
    {
        using var rsaKey = RSA.Create(2048);
        using var ellipticKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = rsa
            ? new CertificateRequest("CN=keys", rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=keys", ellipticKey, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File = Path.Combine(_directory.Path, "keys.pem");
        System.IO.File.WriteAllText(
            File, $"{certificate.ExportCertificatePem()}\n{(rsa ? rsaKey.ExportPkcs8PrivateKeyPem() : ellipticKey.ExportPkcs8PrivateKeyPem())}\n");
    }

    public string File { get; }

    public KeyCertificates Alone => KeyCertificates.Read(File, File, []);

    public KeyCertificates After(TestKeyCertificate former) => KeyCertificates.Read(File, File, [former.File]);

    public void Dispose() => _directory.Dispose();
}
