using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Tests.Users;

public sealed class CredentialProtectorTests : IDisposable
{
    private static readonly ApplicationCredentials Application = new(new Uri("https://login.example/token"), "client", "s3cret-planted", "scope");

    private readonly TestDirectory _directory = new();

    public static TheoryData<UserCredentials> Kinds => [Application, new SessionCredentials(105, "key-planted")];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Credentials_come_back_also_after_a_restart(UserCredentials credentials)
    {
        var stored = CredentialProtector.InDirectory(_directory.Path).Protect("u1", credentials);

        Assert.Equal(credentials, CredentialProtector.InDirectory(_directory.Path).Unprotect("u1", stored));
        Assert.DoesNotContain("planted", Encoding.UTF8.GetString(stored.Bytes), StringComparison.Ordinal);
        Assert.DoesNotContain("planted", credentials.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_of_one_user_open_nothing_as_another()
    {
        var protector = CredentialProtector.InDirectory(_directory.Path);
        var stored = protector.Protect("u1", Application);

        Assert.Throws<CryptographicException>(() => protector.Unprotect("u2", stored));
    }

    [Fact]
    public void Other_keys_open_nothing()
    {
        using var elsewhere = new TestDirectory();
        var stored = CredentialProtector.InDirectory(_directory.Path).Protect("u1", Application);

        Assert.Throws<CryptographicException>(() => CredentialProtector.InDirectory(elsewhere.Path).Unprotect("u1", stored));
    }

    [Fact]
    public void The_keys_are_closed_to_others()
    {
        var keys = Path.Combine(_directory.Path, "keys");
        CredentialProtector.InDirectory(keys).Protect("u1", Application);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys));
        Assert.NotEmpty(Directory.GetFiles(keys));
    }

    [Fact]
    public void After_a_rotation_the_new_key_writes_and_the_old_one_still_reads()
    {
        var protector = CredentialProtector.InDirectory(_directory.Path);
        var before = protector.Protect("u1", Application);
        CredentialProtector.InDirectory(_directory.Path).Rotate();
        var restarted = CredentialProtector.InDirectory(_directory.Path);
        var after = restarted.Protect("u1", Application);

        Assert.NotEqual(before.KeyId, after.KeyId);
        Assert.Equal(Application, restarted.Unprotect("u1", before));
        Assert.Equal(Application, restarted.Unprotect("u1", after));

        // A gateway that has not looked yet finds a key that it does not know.
        Assert.Equal(Application, protector.Unprotect("u1", after));
    }

    [Fact]
    public void A_missing_key_is_named_with_its_place_and_the_credentials_open_again_when_it_is_back()
    {
        var stored = CredentialProtector.InDirectory(_directory.Path).Protect("u1", Application);
        var file = Path.Combine(_directory.Path, $"key-{stored.KeyId}.xml");
        var backup = File.ReadAllText(file);
        File.Delete(file);

        var error = Assert.Throws<CryptographicException>(() => CredentialProtector.InDirectory(_directory.Path).Unprotect("u1", stored));
        Assert.Contains($"need key {stored.KeyId}, to be restored in {_directory.Path}", error.Message, StringComparison.Ordinal);
        File.WriteAllText(file, backup);
        Assert.Equal(Application, CredentialProtector.InDirectory(_directory.Path).Unprotect("u1", stored));
    }

    [Fact]
    public void Keys_under_a_certificate_open_with_it_alone_and_under_a_later_one_as_long_as_the_former_is_there()
    {
        using var first = new TestKeyCertificate();
        using var second = new TestKeyCertificate();
        var stored = CredentialProtector.InDirectory(_directory.Path, first.Alone).Protect("u1", Application);

        Assert.DoesNotContain("<masterKey", File.ReadAllText(Path.Combine(_directory.Path, $"key-{stored.KeyId}.xml")), StringComparison.Ordinal);
        Assert.Equal(Application, CredentialProtector.InDirectory(_directory.Path, first.Alone).Unprotect("u1", stored));
        Assert.Throws<CryptographicException>(() => CredentialProtector.InDirectory(_directory.Path).Unprotect("u1", stored));
        Assert.Throws<CryptographicException>(() => CredentialProtector.InDirectory(_directory.Path, second.Alone).Unprotect("u1", stored));
        Assert.Equal(Application, CredentialProtector.InDirectory(_directory.Path, second.After(first)).Unprotect("u1", stored));
    }

    [Fact]
    public void A_certificate_without_an_RSA_key_is_refused()
    {
        using var elliptic = new TestKeyCertificate(rsa: false);
        var error = Assert.Throws<CryptographicException>(() => _ = elliptic.Alone);
        Assert.Contains("must have an RSA key", error.Message, StringComparison.Ordinal);
    }
}
