using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Users;

/// <summary>Credentials as they are stored; readable only with Sluice's keys and for the user that they were encrypted for.</summary>
/// <param name="Bytes">Cipher text.</param>
public sealed record ProtectedCredentials(byte[] Bytes)
{
    // Data Protection's payload: a magic number, and the id of the key.
    private const int IdOffset = 4;
    private const int IdLength = 16;

    /// <summary>The id of the key that opens them, in the spelling of its file's name: <c>key-ID.xml</c>.</summary>
    public string KeyId => Bytes.Length >= IdOffset + IdLength ? new Guid(Bytes.AsSpan(IdOffset, IdLength)).ToString("D") : "none";
}

/// <summary>
/// Encrypts credentials with ASP.NET Core Data Protection. The cipher text is bound to its user: in another user's row it opens nothing. A new key is made every 90 days;
/// what older ones have encrypted stays readable.
/// </summary>
public sealed class CredentialProtector
{
    private const string ApplicationName = "sluice";
    private const string Purpose = "Sluice.Gateway.Users.Credentials";
    private const string BackupPurpose = "Sluice.Gateway.Users.Backup";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>As Data Protection's own keys.</summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(90);

    private readonly IDataProtectionProvider _provider;
    private readonly IKeyManager _keys;

    private CredentialProtector(string place, Action<IDataProtectionBuilder> configure)
    {
        var services = new ServiceCollection();
        configure(services.AddDataProtection().SetApplicationName(ApplicationName));
        var provider = services.BuildServiceProvider();
        _provider = provider.GetRequiredService<IDataProtectionProvider>();
        _keys = provider.GetRequiredService<IKeyManager>();
        Place = place;
    }

    /// <summary>Where the keys are, in words for an administrator.</summary>
    public string Place { get; }

    /// <summary>
    /// Uses the keys in <paramref name="keyDirectory"/>, which is made, and closed to everybody else, if it is missing; encrypted, if there are
    /// <paramref name="certificates"/>.
    /// </summary>
    public static CredentialProtector InDirectory(string keyDirectory, KeyCertificates? certificates = null)
    {
        var directory = Directory.CreateDirectory(keyDirectory, OwnerOnly);
        File.SetUnixFileMode(directory.FullName, OwnerOnly);
        return new CredentialProtector(directory.FullName, builder => Encrypt(builder.PersistKeysToFileSystem(directory), certificates));
    }

    /// <summary>Uses the keys in database <c>sluice</c> of <paramref name="engine"/>, encrypted with <paramref name="certificates"/>.</summary>
    public static CredentialProtector InDatabase(IEngine engine, KeyCertificates certificates) => new(
        "database sluice, table sluice.instance_key",
        builder =>
        {
            builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new DatabaseKeys(engine));
            Encrypt(builder, certificates);
        });

    /// <summary>Makes a new key, with which gateways encrypt from when they next look for keys: when they start, or within a day.</summary>
    public void Rotate()
    {
        var now = DateTimeOffset.UtcNow;
        _keys.CreateNewKey(now, now + KeyLifetime);
    }

    /// <summary>Encrypts <paramref name="credentials"/> for <paramref name="username"/>.</summary>
    public ProtectedCredentials Protect(string username, UserCredentials credentials)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(credentials, UsersJson.Default.UserCredentials);
        try
        {
            return new ProtectedCredentials(Protector(username).Protect(plain));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Decrypts what was encrypted for <paramref name="username"/>.</summary>
    /// <exception cref="CryptographicException">The keys are not those with which it was encrypted; the message names what is to be restored.</exception>
    public UserCredentials Unprotect(string username, ProtectedCredentials credentials)
    {
        byte[] plain;
        try
        {
            plain = Protector(username).Unprotect(credentials.Bytes);
        }
        catch (CryptographicException e)
        {
            throw new CryptographicException(
                $"The stored credentials of user {username} cannot be opened: they need key {credentials.KeyId}, to be restored in {Place}, and, if "
                + "keys are encrypted, the certificate that it was encrypted with. New credentials of the user do as well.",
                e);
        }

        try
        {
            return JsonSerializer.Deserialize(plain, UsersJson.Default.UserCredentials)
                ?? throw new CryptographicException("The stored credentials are empty.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Encrypts a backup of the users.</summary>
    internal byte[] ProtectBackup(byte[] plain) => _provider.CreateProtector(BackupPurpose).Protect(plain);

    /// <summary>Decrypts a backup of the users.</summary>
    /// <exception cref="CryptographicException">The keys are not those with which it was encrypted.</exception>
    internal byte[] UnprotectBackup(byte[] encrypted) => _provider.CreateProtector(BackupPurpose).Unprotect(encrypted);

    private static void Encrypt(IDataProtectionBuilder builder, KeyCertificates? certificates)
    {
        if (certificates is not null)
        {
            builder.ProtectKeysWithCertificate(certificates.Current).UnprotectKeysWithAnyCertificate([.. certificates.Former, certificates.Current]);
        }
    }

    private IDataProtector Protector(string username) => _provider.CreateProtector(Purpose, username);
}
