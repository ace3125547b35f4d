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
}
