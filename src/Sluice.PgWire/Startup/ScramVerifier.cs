using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.PgWire.Startup;

/// <summary>
/// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to check a proof, not enough to log in. Its text is PostgreSQL's
/// <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>, salt and keys in base64.
/// </summary>
public sealed class ScramVerifier
{
    /// <summary>PostgreSQL's default work factor.</summary>
    public const int DefaultIterations = 4_096;

    internal const int KeyLength = SHA256.HashSizeInBytes;
    internal const int SaltLength = 16;

    private const string Scheme = "SCRAM-SHA-256";

    // Far above what anyone configures; an absurd count in stored data must not occupy a core for minutes.
    private const int MaximumIterations = 10_000_000;

    private readonly byte[] _salt;
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    internal ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey)
    {
        Iterations = iterations;
        _salt = salt;
        _storedKey = storedKey;
        _serverKey = serverKey;
    }

    /// <summary>Rounds of PBKDF2.</summary>
    public int Iterations { get; }

    /// <summary>The salt.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>Another password that is as good; it has the same salt and iterations.</summary>
    public ScramVerifier? Alternative { get; private init; }

    internal ReadOnlySpan<byte> StoredKey => _storedKey;

    internal ReadOnlySpan<byte> ServerKey => _serverKey;

    /// <summary>Makes a verifier for <paramref name="password"/> with a new random salt.</summary>
    /// <param name="password">
    /// Printable ASCII, 1 to 1,024 characters: the passwords that SASLprep leaves unchanged, so that every driver derives the same key from them.
    /// </param>
    /// <param name="iterations">At least 4,096.</param>
    /// <exception cref="ArgumentException">The password is not of that kind.</exception>
    public static ScramVerifier Create(string password, int iterations = DefaultIterations) =>
        Create(password, RandomNumberGenerator.GetBytes(SaltLength), iterations);

    /// <summary>Makes a verifier for <paramref name="password"/> with a given salt.</summary>
    /// <exception cref="ArgumentException">The password is not printable ASCII, 1 to 1,024 characters.</exception>
    public static ScramVerifier Create(string password, byte[] salt, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, DefaultIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaximumIterations);
        if (password.Length is 0 or > 1_024 || password.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException("A password must be printable ASCII, 1 to 1,024 characters.", nameof(password));
        }

        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.ASCII.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, KeyLength);
        byte[] storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        byte[] serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        CryptographicOperations.ZeroMemory(salted);
        return new ScramVerifier(iterations, salt, storedKey, serverKey);
    }

    /// <summary>Reads PostgreSQL's text form (<c>pg_authid.rolpassword</c>).</summary>
    /// <exception cref="FormatException">It is not one; the message does not repeat it.</exception>
    public static ScramVerifier Parse(string text) =>
        TryParse(text, out ScramVerifier? verifier)
            ? verifier
            : throw new FormatException("Not a SCRAM-SHA-256 verifier of the form SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey.");

    /// <summary>Reads PostgreSQL's text form.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ScramVerifier? verifier)
    {
        verifier = null;
        string[] parts = text.Split('$');
        if (parts.Length != 3 || !parts[0].Equals(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        string[] work = parts[1].Split(':');
        string[] keys = parts[2].Split(':');
        if (work.Length != 2 || keys.Length != 2
            || !int.TryParse(work[0], NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations is < 1 or > MaximumIterations
            || !TryDecode(work[1], out byte[] salt) || salt.Length == 0
            || !TryDecode(keys[0], out byte[] storedKey) || storedKey.Length != KeyLength
            || !TryDecode(keys[1], out byte[] serverKey) || serverKey.Length != KeyLength)
        {
            return false;
        }

        verifier = new ScramVerifier(iterations, salt, storedKey, serverKey);
        return true;
    }

    /// <summary>Takes this password and that of <paramref name="other"/>, as while passwords are being changed.</summary>
    /// <exception cref="ArgumentException">Salt or iterations differ, so that one challenge cannot be for both.</exception>
    public ScramVerifier Or(ScramVerifier other) => Iterations == other.Iterations && Salt.SequenceEqual(other.Salt)
        ? new ScramVerifier(Iterations, _salt, _storedKey, _serverKey) { Alternative = other }
        : throw new ArgumentException("The verifiers have different salts or iterations.", nameof(other));

    /// <summary>PostgreSQL's text form. It is a secret: whoever has it can pretend to be the server.</summary>
    public string Format() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}${Iterations}:{Convert.ToBase64String(_salt)}${Convert.ToBase64String(_storedKey)}:{Convert.ToBase64String(_serverKey)}");

    /// <summary>Without the keys, so that no log shows them.</summary>
    public override string ToString() => $"{Scheme}, {Iterations} iterations";

    /// <summary>
    /// A verifier for a user that does not exist: the salt follows from the name, so that it is the same at each try, and no password fits the keys.
    /// </summary>
    internal static ScramVerifier Mock(string user, ReadOnlySpan<byte> secret, int iterations)
    {
        byte[] name = Encoding.UTF8.GetBytes(user);
        byte[] salt = HMACSHA256.HashData(secret, [.. "salt"u8, .. name])[..SaltLength];
        byte[] storedKey = HMACSHA256.HashData(secret, [.. "stored key"u8, .. name]);
        byte[] serverKey = HMACSHA256.HashData(secret, [.. "server key"u8, .. name]);
        return new ScramVerifier(iterations, salt, storedKey, serverKey);
    }

    private static bool TryDecode(string base64, out byte[] bytes)
    {
        bytes = new byte[base64.Length * 3 / 4];
        if (!Convert.TryFromBase64String(base64, bytes, out int length))
        {
            return false;
        }

        bytes = bytes[..length];
        return true;
    }
}
