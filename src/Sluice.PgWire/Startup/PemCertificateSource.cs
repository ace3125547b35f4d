using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Sluice.PgWire.Startup;

/// <summary>
/// A certificate from PEM files: the certificate with its intermediates after it, and the private key. Changed files are noticed at the next handshake
/// (looked at once in <see cref="CheckInterval"/>); if they cannot be read, the certificate before them stays and the log says why.
/// </summary>
public sealed partial class PemCertificateSource : ITlsCertificateSource
{
    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly TimeProvider _time;
    private readonly ILogger<PemCertificateSource> _logger;
    private readonly Lock _lock = new();
    private TlsCertificate _current;
    private byte[] _seen;
    private string? _failure;
    private long _lastCheck;

    /// <summary>Loads the files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">They hold no certificate, no key, or two that do not belong together.</exception>
    public PemCertificateSource(string certificateFile, string keyFile, TimeProvider time, ILogger<PemCertificateSource> logger)
    {
        _certificateFile = certificateFile;
        _keyFile = keyFile;
        _time = time;
        _logger = logger;
        (string certificate, string key) = Read();
        _seen = Hash(certificate, key);
        _current = Load(certificate, key);
        _lastCheck = time.GetTimestamp();
    }

    /// <summary>How often the files are looked at, at most.</summary>
    public static TimeSpan CheckInterval { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public TlsCertificate Current
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_lastCheck) >= CheckInterval)
                {
                    _lastCheck = _time.GetTimestamp();
                    Reload();
                }

                return _current;
            }
        }
    }

    private void Reload()
    {
        try
        {
            // What they hold is compared, not their times: behind a symbolic link, as Kubernetes mounts secrets, a file changes with its times kept.
            (string certificate, string key) = Read();
            byte[] hash = Hash(certificate, key);
            if (!hash.AsSpan().SequenceEqual(_seen))
            {
                _seen = hash;
                _current = Load(certificate, key);
                LogReloaded(_certificateFile, _current.Leaf.Subject, _current.Leaf.NotAfter.ToUniversalTime());
            }

            _failure = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Once for each failure, not at each look.
            if (!e.Message.Equals(_failure, StringComparison.Ordinal))
            {
                _failure = e.Message;
                LogNotReloaded(e, _certificateFile, _keyFile);
            }
        }
    }

    private (string Certificate, string Key) Read() => (File.ReadAllText(_certificateFile), File.ReadAllText(_keyFile));

    private static byte[] Hash(string certificate, string key) => SHA256.HashData(Encoding.UTF8.GetBytes($"{certificate}\0{key}"));

    private static TlsCertificate Load(string certificate, string key)
    {
        X509Certificate2 leaf = LoadLeaf(certificate, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        return new TlsCertificate(leaf, [.. chain.Where(c => !c.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))]);
    }

    private static X509Certificate2 LoadLeaf(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("The private key does not belong to the certificate.", e);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Loaded the changed certificate {File}: {Subject}, valid until {NotAfter:u}")]
    private partial void LogReloaded(string file, string subject, DateTime notAfter);

    [LoggerMessage(2, LogLevel.Error, "Cannot load the changed certificate {File} with key {KeyFile}; the one before stays in use")]
    private partial void LogNotReloaded(Exception exception, string file, string keyFile);
}
