using System.Security.Cryptography;

namespace Sluice.Gateway.Users;

/// <summary>Makes names and passwords.</summary>
public static class UserSecrets
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string LettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int UsernameLength = 24;
    private const int PasswordBytes = 32;

    /// <summary>A name of 24 letters and digits, the first a letter: a PostgreSQL identifier that needs no quotes.</summary>
    public static string NewUsername() =>
        RandomNumberGenerator.GetString(Letters, 1) + RandomNumberGenerator.GetString(LettersAndDigits, UsernameLength - 1);

    /// <summary>A password of 256 random bits as 43 letters, digits, <c>-</c> and <c>_</c>, which need no escaping in a URL or a connection string.</summary>
    public static string NewPassword() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PasswordBytes));
}
