using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    private (DateTime, long, DateTime, long) _stamp;
    private long _lastCheck;

    /// <summary>Loads the files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">They hold no certificate, no key, or two that do not belong together.</exception>
    public PemCertificateSource(string certificateFile, string keyFile, TimeProvider time, ILogger<PemCertificateSource> logger)
    {
        _certificateFile = certificateFile;
        _keyFile = keyFile;
        _time = time;
        _logger = logger;
        _stamp = Stamp();
        _current = Load();
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
            (DateTime, long, DateTime, long) stamp = Stamp();
            if (stamp != _stamp)
            {
                _current = Load();
                _stamp = stamp;
                LogReloaded(_certificateFile, _current.Leaf.Subject, _current.Leaf.NotAfter);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            LogNotReloaded(e, _certificateFile, _keyFile);
        }
    }

    private (DateTime Written, long Length, DateTime KeyWritten, long KeyLength) Stamp()
    {
        var certificate = new FileInfo(_certificateFile);
        var key = new FileInfo(_keyFile);
        return (certificate.LastWriteTimeUtc, certificate.Length, key.LastWriteTimeUtc, key.Length);
    }

    private TlsCertificate Load()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificateFile);
        var leaf = X509Certificate2.CreateFromPemFile(_certificateFile, _keyFile);
        return new TlsCertificate(leaf, [.. chain.Where(c => !c.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))]);
    }

    [LoggerMessage(1, LogLevel.Information, "Loaded the changed certificate {File}: {Subject}, valid until {NotAfter:u}")]
    private partial void LogReloaded(string file, string subject, DateTime notAfter);

    [LoggerMessage(2, LogLevel.Error, "Cannot load the changed certificate {File} with key {KeyFile}; the one before stays in use")]
    private partial void LogNotReloaded(Exception exception, string file, string keyFile);
}
