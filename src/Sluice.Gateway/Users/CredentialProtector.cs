using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Sluice.Gateway.Users;

/// <summary>Credentials as they are stored; readable only with Sluice's keys and for the user that they were encrypted for.</summary>
/// <param name="Bytes">Cipher text.</param>
public sealed record ProtectedCredentials(byte[] Bytes);

/// <summary>Encrypts credentials with ASP.NET Core Data Protection. The cipher text is bound to its user: in another user's row it opens nothing.</summary>
public sealed class CredentialProtector
{
    private const string ApplicationName = "sluice";
    private const string Purpose = "Sluice.Gateway.Users.Credentials";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly IDataProtectionProvider _provider;

    /// <summary>Uses the keys of <paramref name="provider"/>.</summary>
    public CredentialProtector(IDataProtectionProvider provider) => _provider = provider;

    /// <summary>Uses the keys in <paramref name="keyDirectory"/>, which is made, and closed to everybody else, if it is missing.</summary>
    public static CredentialProtector InDirectory(string keyDirectory)
    {
        var directory = Directory.CreateDirectory(keyDirectory, OwnerOnly);
        File.SetUnixFileMode(directory.FullName, OwnerOnly);
        return new CredentialProtector(DataProtectionProvider.Create(directory, builder => builder.SetApplicationName(ApplicationName)));
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
    /// <exception cref="CryptographicException">The keys are not those with which it was encrypted.</exception>
    public UserCredentials Unprotect(string username, ProtectedCredentials credentials)
    {
        var plain = Protector(username).Unprotect(credentials.Bytes);
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

    private IDataProtector Protector(string username) => _provider.CreateProtector(Purpose, username);
}
