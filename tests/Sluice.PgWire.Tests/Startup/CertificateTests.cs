using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

public sealed class CertificateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sluice-certificates").FullName;
    private readonly ManualClock _clock = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_generated_certificate_is_for_all_names_and_signed_by_its_authority()
    {
        SelfSignedFiles files = SelfSignedCertificate.Ensure(_directory, ["db.example.com"], TimeProvider.System);
        using var leaf = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        Assert.All(["db.example.com", "localhost", "127.0.0.1", "::1"], name => Assert.True(leaf.MatchesHostname(name)));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(files.Authority));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(leaf));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.Key));
        }
    }

    [Fact]
    public void A_generated_certificate_is_kept_while_it_serves_and_replaced_when_not()
    {
        string first = File.ReadAllText(SelfSignedCertificate.Ensure(_directory, [], TimeProvider.System).Certificate);
        Assert.Equal(first, File.ReadAllText(SelfSignedCertificate.Ensure(_directory, [], TimeProvider.System).Certificate));
        string second = File.ReadAllText(SelfSignedCertificate.Ensure(_directory, ["other.example.com"], TimeProvider.System).Certificate);
        Assert.NotEqual(first, second);
        File.WriteAllText(Path.Combine(_directory, "server.key"), "damaged");
        Assert.NotEqual(second, File.ReadAllText(SelfSignedCertificate.Ensure(_directory, [], TimeProvider.System).Certificate));
    }

    [Fact]
    public void Changed_files_are_taken_and_damaged_ones_are_not()
    {
        SelfSignedFiles files = SelfSignedCertificate.Ensure(_directory, [], TimeProvider.System);
        var source = new PemCertificateSource(files.Certificate, files.Key, _clock, NullLogger<PemCertificateSource>.Instance);
        string first = source.Current.Leaf.Thumbprint;

        SelfSignedCertificate.Ensure(_directory, ["new.example.com"], TimeProvider.System);
        Assert.Equal(first, source.Current.Leaf.Thumbprint);
        _clock.Advance(PemCertificateSource.CheckInterval);
        string second = source.Current.Leaf.Thumbprint;
        Assert.NotEqual(first, second);

        File.WriteAllText(files.Certificate, "damaged");
        _clock.Advance(PemCertificateSource.CheckInterval);
        Assert.Equal(second, source.Current.Leaf.Thumbprint);
    }

    [Fact]
    public void The_channel_binding_is_the_hash_of_the_certificate()
    {
        SelfSignedFiles files = SelfSignedCertificate.Ensure(_directory, [], TimeProvider.System);
        using var leaf = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        Assert.Equal(SHA256.HashData(leaf.RawData), new TlsCertificate(leaf, []).EndPointBinding);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
