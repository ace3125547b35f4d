using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.PgWire.Startup;

/// <summary>
/// Makes a certificate authority and a server certificate signed by it, for a server that was given none. Clients that are handed
/// <c>ca.pem</c> connect with <c>sslmode=verify-full sslrootcert=ca.pem</c>. The authority's key is forgotten, so it never signs anything else.
/// </summary>
public static class SelfSignedCertificate
{
    private const string AuthorityFile = "ca.pem";
    private const string CertificateFile = "server.pem";
    private const string KeyFile = "server.key";

    /// <summary>
    /// The files in <paramref name="directory"/>: those of an earlier call if they are valid for another 30 days and for all names, else new ones, valid for
    /// 10 years, the key readable by its owner only.
    /// </summary>
    /// <param name="directory">Made if it does not exist.</param>
    /// <param name="names">Host names and IP addresses, beside <c>localhost</c>, 127.0.0.1, ::1 and the host's own name.</param>
    /// <param name="time">The clock.</param>
    public static SelfSignedFiles Ensure(string directory, IEnumerable<string> names, TimeProvider time)
    {
        var files = new SelfSignedFiles(
            Path.Combine(directory, AuthorityFile),
            Path.Combine(directory, CertificateFile),
            Path.Combine(directory, KeyFile));
        string[] all = [.. names.Concat(["localhost", "127.0.0.1", "::1", Dns.GetHostName()]).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (!IsUsable(files, all, time.GetUtcNow()))
        {
            Directory.CreateDirectory(directory);
            Write(files, all, time.GetUtcNow());
        }

        return files;
    }

    private static bool IsUsable(SelfSignedFiles files, string[] names, DateTimeOffset now)
    {
        if (!File.Exists(files.Authority) || !File.Exists(files.Certificate) || !File.Exists(files.Key))
        {
            return false;
        }

        try
        {
            using var leaf = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
            return leaf.NotAfter.ToUniversalTime() > now.UtcDateTime.AddDays(30) && names.All(name => leaf.MatchesHostname(name));
        }
        catch (CryptographicException)
        {
            // Damaged or half-written files are replaced.
            return false;
        }
    }

    private static void Write(SelfSignedFiles files, string[] names, DateTimeOffset now)
    {
        DateTimeOffset from = now.AddDays(-1);
        DateTimeOffset until = now.AddYears(10);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Sluice local authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        request.CertificateExtensions.Add(AlternativeNames(names));
        using X509Certificate2 leaf = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(16));

        File.WriteAllText(files.Authority, authority.ExportCertificatePem() + "\n");
        File.WriteAllText(files.Certificate, leaf.ExportCertificatePem() + "\n");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(files.Key, options);
        writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Extension AlternativeNames(string[] names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }
}

/// <summary>What <see cref="SelfSignedCertificate.Ensure"/> keeps, as paths of PEM files.</summary>
/// <param name="Authority">The authority's certificate, for clients (<c>sslrootcert</c>).</param>
/// <param name="Certificate">The server's certificate.</param>
/// <param name="Key">The server's private key.</param>
public sealed record SelfSignedFiles(string Authority, string Certificate, string Key);
