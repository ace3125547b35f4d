using Sluice.Administration;

namespace Sluice.Apply;

/// <summary>The users that are to be, as a file declares them.</summary>
/// <param name="List">The list's name: users that it made are called <c>list/name</c>, and only those are its to remove.</param>
/// <param name="Users">In the order of the file.</param>
internal sealed record Declaration(string List, IReadOnlyList<DeclaredUser> Users);

/// <summary>A user that is to be.</summary>
/// <param name="Name">With the list's before it.</param>
/// <param name="Project">The CDF project.</param>
/// <param name="Username">Of a user that exists and becomes this list's.</param>
/// <param name="Credentials">Null: as they are.</param>
/// <param name="PasswordFile">Full path of the file that a new user's password is written to; null: it is printed.</param>
/// <param name="Options">All of them, by the names of <c>sluice user set</c>; null: as they are.</param>
/// <param name="Tables">All of them; null: as they are.</param>
/// <param name="Place">Where in the file the user stands, for messages.</param>
internal sealed record DeclaredUser(
    string Name,
    string Project,
    string? Username,
    DeclaredCredentials? Credentials,
    string? PasswordFile,
    IReadOnlyDictionary<string, string>? Options,
    IReadOnlyList<TableInfo>? Tables,
    YamlPart Place);

/// <summary>The application as which a user is to act; the secret by where it is.</summary>
internal sealed record DeclaredCredentials(string ClientId, SecretSource Secret, string TokenUrl, string? Scopes)
{
    /// <summary>With the secret itself.</summary>
    /// <exception cref="AdministrationException">It is not where it should be.</exception>
    public async Task<Credentials> ReadAsync(CancellationToken cancellationToken) =>
        new() { ClientId = ClientId, ClientSecret = await Secret.ReadAsync(cancellationToken), TokenUrl = TokenUrl, Scopes = Scopes };
}
