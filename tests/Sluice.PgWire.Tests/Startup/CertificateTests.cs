using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
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
    public void A_damaged_file_is_logged_once_and_a_mended_one_is_taken()
    {
        SelfSignedFiles files = SelfSignedCertificate.Ensure(_directory, [], TimeProvider.System);
        var log = new LoggedErrors();
        var source = new PemCertificateSource(files.Certificate, files.Key, _clock, log);
        string first = source.Current.Leaf.Thumbprint;
        string key = File.ReadAllText(files.Key);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (Action damage in new Action[]
        {
            () => File.WriteAllText(files.Key, "damaged"),
            () => File.WriteAllText(files.Key, other.ExportPkcs8PrivateKeyPem()),
            () => File.Delete(files.Key),
        })
        {
            int before = log.Count;
            damage();
            for (int look = 0; look < 3; look++)
            {
                _clock.Advance(PemCertificateSource.CheckInterval);
                Assert.Equal(first, source.Current.Leaf.Thumbprint);
            }

            Assert.Equal(before + 1, log.Count);
        }

        File.WriteAllText(files.Key, key);
        SelfSignedCertificate.Ensure(_directory, ["new.example.com"], TimeProvider.System);
        _clock.Advance(PemCertificateSource.CheckInterval);
        Assert.NotEqual(first, source.Current.Leaf.Thumbprint);
    }

    [Fact]
    public void A_change_behind_a_symbolic_link_is_noticed()
    {
        string a = Directory.CreateDirectory(Path.Combine(_directory, "a")).FullName;
        string b = Directory.CreateDirectory(Path.Combine(_directory, "b")).FullName;
        SelfSignedFiles one = SelfSignedCertificate.Ensure(a, [], TimeProvider.System);
        SelfSignedFiles two = SelfSignedCertificate.Ensure(b, [], TimeProvider.System);
        File.SetLastWriteTimeUtc(two.Certificate, File.GetLastWriteTimeUtc(one.Certificate));
        string current = Path.Combine(_directory, "..data");
        Directory.CreateSymbolicLink(current, a);
        var source = new PemCertificateSource(
            Path.Combine(current, Path.GetFileName(one.Certificate)), Path.Combine(current, Path.GetFileName(one.Key)), _clock, new LoggedErrors());
        string first = source.Current.Leaf.Thumbprint;

        Directory.Delete(current);
        Directory.CreateSymbolicLink(current, b);
        _clock.Advance(PemCertificateSource.CheckInterval);
        Assert.NotEqual(first, source.Current.Leaf.Thumbprint);
    }

    [Fact]
    public async Task New_connections_get_the_changed_certificate_and_bind_to_it_and_open_ones_live_on()
    {
        await using TestServer server = await TestServer.StartAsync(time: _clock);
        await using RawClient before = await RawClient.ConnectAsync(server);
        await before.EncryptAsync();
        await before.LogInAsync();

        string authority = await File.ReadAllTextAsync(server.AuthorityFile);
        SelfSignedCertificate.Ensure(server.Certificates, ["new.example.com"], TimeProvider.System);
        Assert.NotEqual(authority, await File.ReadAllTextAsync(server.AuthorityFile));
        _clock.Advance(PemCertificateSource.CheckInterval);

        await using RawClient after = await RawClient.ConnectAsync(server);
        await after.EncryptAsync();
        Assert.NotEqual(before.ServerCertificate, after.ServerCertificate);
        Assert.Equal('R', await after.LogInBoundAsync(after.ServerCertificate));
        await using RawClient stale = await RawClient.ConnectAsync(server);
        await stale.EncryptAsync();
        Assert.Equal('E', await stale.LogInBoundAsync(before.ServerCertificate));

        await before.SendAsync(RawClient.Message('Q', [.. "SELECT 1\0"u8]));
        Assert.Equal('T', (await before.ReadMessageAsync()).Type);

        await File.WriteAllTextAsync(Path.Combine(server.Certificates, "server.pem"), "damaged");
        _clock.Advance(PemCertificateSource.CheckInterval);
        await using RawClient still = await RawClient.ConnectAsync(server);
        await still.EncryptAsync();
        Assert.Equal(after.ServerCertificate, still.ServerCertificate);
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void The_binding_of_an_rsa_pss_certificate_has_the_hash_of_its_parameters(string hash)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=pss", key, new HashAlgorithmName(hash), RSASignaturePadding.Pss);
        using X509Certificate2 leaf = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(CryptographicOperations.HashData(new HashAlgorithmName(hash), leaf.RawData), new TlsCertificate(leaf, []).EndPointBinding);
    }

    [Fact]
    public void The_channel_binding_is_the_hash_of_the_certificate()
    {
        SelfSignedFiles files = SelfSignedCertificate.Ensure(_directory, [], TimeProvider.System);
        using var leaf = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        Assert.Equal(SHA256.HashData(leaf.RawData), new TlsCertificate(leaf, []).EndPointBinding);
    }

    private sealed class LoggedErrors : ILogger<PemCertificateSource>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Count += logLevel == LogLevel.Error ? 1 : 0;
    }
}
