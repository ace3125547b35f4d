using System.Security.Cryptography;

namespace Sluice.Gateway.Hosting;

/// <summary>What a gateway keeps on disk, below its data directory.</summary>
internal sealed class DataDirectories
{
    private const int SecretLength = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Others may pass, for below it are the engine's directories, if Sluice is root those of another user, and the certificate for clients.
    private const UnixFileMode OthersPass = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes what is missing.</summary>
    public DataDirectories(string root)
    {
        root = Path.GetFullPath(root);
        if (!Directory.Exists(root))
        {
            Directory.CreateDirectory(root, OthersPass);
        }

        Engine = GatewayOptions.EngineDirectoryIn(root);
        Tls = Path.Combine(root, "tls");
        Transactions = Path.Combine(root, "transactions");
        Admin = Directory.CreateDirectory(AdminIn(root), OwnerOnly).FullName;
        File.SetUnixFileMode(Admin, OwnerOnly);
        Keys = Directory.CreateDirectory(Path.Combine(root, "keys"), OwnerOnly).FullName;
        UserBackup = Path.Combine(Directory.CreateDirectory(Path.Combine(root, "backup"), OwnerOnly).FullName, "users.json");
    }

    /// <summary>The embedded PostgreSQL's.</summary>
    public string Engine { get; }

    /// <summary>Generated certificates; <c>ca.pem</c> there is for clients.</summary>
    public string Tls { get; }

    /// <summary>Rows of open transactions; they do not outlive the process.</summary>
    public string Transactions { get; }

    /// <summary>The socket for administrators of this machine; whoever can enter it is one.</summary>
    public string Admin { get; }

    /// <summary>With which stored credentials are encrypted; closed to everybody else.</summary>
    public string Keys { get; }

    /// <summary>The file with all users, encrypted.</summary>
    public string UserBackup { get; }

    /// <summary><see cref="Admin"/> of the gateway with data directory <paramref name="root"/>.</summary>
    public static string AdminIn(string root) => Path.Combine(Path.GetFullPath(root), "admin");

    /// <summary>A random secret that is the same at each start.</summary>
    public byte[] Secret(string name)
    {
        string file = Path.Combine(Keys, name);
        if (File.Exists(file) && File.ReadAllBytes(file) is { Length: SecretLength } kept)
        {
            return kept;
        }

        byte[] secret = RandomNumberGenerator.GetBytes(SecretLength);
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(secret);
        return secret;
    }
}
